"""Thirty-two numbers as one: the registers of a processor in compiled loops.

A value of 32 lanes holds the same quantity for 32 events. A few instructions (more
where the registers are narrower) then serve all of them. Only compiled loops can use these
functions; this module imports numba and is imported by modules of loops alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from llvmlite import ir
from numba import extending, types
from numba.core.datamodel.models import PrimitiveModel
from numba.core.datamodel.registry import register_default

WIDTH = 32

FEW = 8
"""A second, short kind of lanes: the slices of time."""

_INDEX = ir.IntType(32)


class LanesType(types.Type):
    """The type of so many float64 side by side."""

    def __init__(self, width: int) -> None:
        self.vector = ir.VectorType(ir.DoubleType(), width)
        super().__init__(name=f"lanes{width}")


lanes: Any = LanesType(WIDTH)
few: Any = LanesType(FEW)


@register_default(LanesType)
class _LanesModel(PrimitiveModel):
    def __init__(self, dmm: Any, fe_type: Any) -> None:
        super().__init__(dmm, fe_type, fe_type.vector)  # type: ignore[no-untyped-call]


def intrinsic(code: Callable[..., Any]) -> Any:
    """Make a function of compiled loops from one that writes its instructions."""
    return extending.intrinsic(code)


def _address(context: Any, builder: Any, array_type: Any, array: Any, at: Any, kind: Any = lanes) -> Any:
    """Give the address of the lanes that start at ``at``."""
    data = context.make_array(array_type)(context, builder, array).data
    return builder.bitcast(builder.gep(data, [at]), kind.vector.as_pointer())


@intrinsic
def load(typing: Any, array: Any, at: Any) -> Any:  # noqa: ARG001 - numba's way to call
    """Read 32 numbers of an array from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.load(_address(context, builder, signature.args[0], *args), align=8)

    return lanes(array, types.intp), code


@intrinsic
def store(typing: Any, array: Any, at: Any, value: Any) -> Any:  # noqa: ARG001
    """Write 32 numbers into an array from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        builder.store(args[2], _address(context, builder, signature.args[0], *args[:2]), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, lanes), code


@intrinsic
def load_few(typing: Any, array: Any, at: Any) -> Any:  # noqa: ARG001
    """Read 8 numbers of an array from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, at = args
        return builder.load(_address(context, builder, signature.args[0], array, at, few), align=8)

    return few(array, types.intp), code


@intrinsic
def store_few(typing: Any, array: Any, at: Any, value: Any) -> Any:  # noqa: ARG001
    """Write 8 numbers into an array from ``at`` on."""

    def code(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        array, at, value = args
        builder.store(value, _address(context, builder, signature.args[0], array, at, few), align=8)
        return context.get_dummy_value()

    return types.void(array, types.intp, few), code


@intrinsic
def grow_few(typing: Any, plus: Any, one: Any, each: Any) -> Any:  # noqa: ARG001
    """Give ``plus`` + one number · ``each``, in 8 lanes."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        vector, nothing = few.vector, ir.Constant(few.vector, ir.Undefined)
        first = builder.insert_element(nothing, args[1], ir.Constant(_INDEX, 0))
        zeros = ir.Constant(ir.VectorType(_INDEX, FEW), [0] * FEW)
        called = builder.module.declare_intrinsic(f"llvm.fmuladd.v{FEW}f64", (), ir.FunctionType(vector, [vector] * 3))
        return builder.call(called, [builder.shuffle_vector(first, nothing, zeros), args[2], args[0]])

    return few(few, types.float64, few), code


@intrinsic
def spread(typing: Any, value: Any) -> Any:  # noqa: ARG001
    """Give the same number in all lanes."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        one = builder.insert_element(ir.Constant(lanes.vector, ir.Undefined), args[0], ir.Constant(_INDEX, 0))
        zeros = ir.Constant(ir.VectorType(_INDEX, WIDTH), [0] * WIDTH)
        return builder.shuffle_vector(one, ir.Constant(lanes.vector, ir.Undefined), zeros)

    return lanes(types.float64), code


def _binary(name: str, doc: str) -> Any:
    def made(typing: Any, left: Any, right: Any) -> Any:  # noqa: ARG001
        def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
            return getattr(builder, name)(*args)

        return lanes(lanes, lanes), code

    made.__doc__ = doc
    return intrinsic(made)


add = _binary("fadd", "Add lane by lane.")
minus = _binary("fsub", "Subtract lane by lane.")
times = _binary("fmul", "Multiply lane by lane.")


@intrinsic
def lesser(typing: Any, left: Any, right: Any) -> Any:  # noqa: ARG001
    """Give the lesser of the two, lane by lane."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", *args), *args)

    return lanes(lanes, lanes), code


@intrinsic
def where_less(typing: Any, left: Any, right: Any, then: Any, other: Any) -> Any:  # noqa: ARG001
    """Give ``then`` where left < right, else ``other``."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        return builder.select(builder.fcmp_ordered("<", args[0], args[1]), args[2], args[3])

    return lanes(lanes, lanes, lanes, lanes), code


@intrinsic
def any_less(typing: Any, left: Any, right: Any) -> Any:  # noqa: ARG001
    """Tell whether left < right in any lane."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        mask = builder.bitcast(builder.fcmp_ordered("<", *args), ir.IntType(WIDTH))
        return builder.icmp_unsigned("!=", mask, ir.Constant(ir.IntType(WIDTH), 0))

    return types.boolean(lanes, lanes), code


@intrinsic
def times_add(typing: Any, left: Any, right: Any, plus: Any) -> Any:  # noqa: ARG001
    """Give left · right + plus, rounded once where the processor can."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        kind = ir.FunctionType(lanes.vector, [lanes.vector] * 3)
        called = builder.module.declare_intrinsic(f"llvm.fmuladd.v{WIDTH}f64", (), kind)
        return builder.call(called, args)

    return lanes(lanes, lanes, lanes), code


@intrinsic
def total(typing: Any, value: Any) -> Any:  # noqa: ARG001
    """Give the sum of the lanes, in one fixed order."""

    def code(_context: Any, builder: Any, _signature: Any, args: Any) -> Any:
        now, width = args[0], WIDTH
        while width > 1:
            half = width // 2
            kind = ir.VectorType(_INDEX, half)
            nothing = ir.Constant(ir.VectorType(ir.DoubleType(), width), ir.Undefined)
            low = builder.shuffle_vector(now, nothing, ir.Constant(kind, list(range(half))))
            high = builder.shuffle_vector(now, nothing, ir.Constant(kind, list(range(half, width))))
            now, width = builder.fadd(low, high), half
        return builder.extract_element(now, ir.Constant(_INDEX, 0))

    return types.float64(lanes), code
