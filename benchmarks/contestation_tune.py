"""Tune the contestation model on made-up worlds, on seeds that are used for nothing else."""

from __future__ import annotations

import argparse
import json
import time
from dataclasses import asdict, dataclass, replace

import numpy as np
from scipy.optimize import minimize

from artimap.control.contestation.calibration import Calibration
from artimap.control.contestation.counts import SignalCounts, count
from artimap.control.contestation.estimate import AROUND_M, believe, edges_of, level_of
from artimap.control.contestation.model import COMMON, KINDS, PER_GROUP, ContestationModel, Rates
from artimap.control.contestation.places import sites_of
from artimap.control.contestation.states import at_first, slots_of, smooth, transition, usual_level, weights
from benchmarks.contestation_study.bands import BandWorld, band_world
from benchmarks.contestation_study.baselines import METHODS, RULES, calibrate, fit_logit
from benchmarks.contestation_study.compare import FITTED, Fitted, by_method, mean_reports
from benchmarks.contestation_study.fit import fit_calibration
from benchmarks.contestation_study.scoring import log_loss, ratio_interval
from benchmarks.contestation_study.simulate import World, simulate_contestation
from benchmarks.contestation_study.truth import column_of_truth

RATES = (0.3, 1.0, 3.0)
TUNING_SEEDS = range(1000, 1015)
CALIBRATION_SEEDS = range(1000, 1200)
CHOOSING_SEEDS = range(2000, 2050)

_SCALARS = ("dispersion", "saturation", "quiet_half_life_days")
_SHARES = ("quiet_factor", "goes_quiet", "goes_quiet_on_arrival")
_LIVES = tuple(f"{kind}_half_life_days" for kind in KINDS)


@dataclass(frozen=True)
class Case:
    """One world, counted."""

    evidence: SignalCounts
    centres: np.ndarray
    true: np.ndarray
    around: tuple[np.ndarray, np.ndarray]


def load(kind: str, seed: int, rate: float, model: ContestationModel, groups: int = 4) -> Case:
    """Make a world and count it: ``matched``, ``fronts`` or ``bands``."""
    world: World | BandWorld
    if kind == "bands":
        world = band_world(seed=seed, rate=rate, groups=groups)
    else:
        world = simulate_contestation(kind, seed=seed, rate=rate, groups=groups)
    sites = sites_of(world.units)
    edges = edges_of(world.start, world.stop, model.period_days)
    evidence, _ = count(sites, world.events, world.actors, edges, model)
    return Case(evidence, sites.centres(), column_of_truth(world.truth, groups), sites.neighbours(AROUND_M))


def tuning_cases(model: ContestationModel) -> list[Case]:
    """Both kinds of world, all three rates."""
    return [
        load(kind, seed, RATES[seed % len(RATES)], model) for kind in ("matched", "fronts") for seed in TUNING_SEEDS
    ]


def to_vector(model: ContestationModel) -> np.ndarray:
    """Write the parameters that are tuned as free numbers."""
    logit = lambda p: np.log(p / (1 - p))  # noqa: E731
    parts = [np.log([getattr(model, name) for name in _LIVES])]
    parts += [
        np.log(np.clip(np.delete(row, number), 1e-3, None)) for number, row in enumerate(model.moves) if number != 1
    ]
    parts.append(np.log(model.moves[1]))
    for name in PER_GROUP:
        away, *others = getattr(model.rates, name)
        parts += [np.log(others), [logit(min(away / (model.quiet_factor * min(others)), 0.98))]]
    parts += [np.log(getattr(model.rates, name)) for name in COMMON]
    parts.append(np.log([getattr(model, name) for name in _SCALARS]))
    parts.append(logit(np.array([getattr(model, name) for name in _SHARES])))
    return np.concatenate([np.asarray(part, dtype=float) for part in parts])


def from_vector(vector: np.ndarray, base: ContestationModel) -> ContestationModel:
    """Read them back; the laws of the model hold by construction."""
    rest = list(vector)

    def take(number: int) -> np.ndarray:
        nonlocal rest
        out, rest = np.array(rest[:number]), rest[number:]
        return out

    def shares(values: np.ndarray) -> np.ndarray:
        part = np.exp(values - values.max())
        return part / part.sum()

    lives = dict(zip(_LIVES, np.exp(take(5)).clip(15, 20_000), strict=True))
    moves: dict[int, tuple[float, ...]] = {}
    for number in (0, 2, 3, 4):
        moves[number] = tuple(np.insert(shares(take(4)), number, 0.0))
    moves[1] = tuple(shares(take(5)))
    own = {name: (np.exp(take(3)).clip(1e-5, 50), take(1)[0]) for name in PER_GROUP}
    common = {name: tuple(np.exp(take(5)).clip(1e-5, 50)) for name in COMMON}
    scalars = dict(zip(_SCALARS, np.exp(take(len(_SCALARS))), strict=True))
    chances = dict(zip(_SHARES, (1 / (1 + np.exp(-take(len(_SHARES))))).clip(1e-4, 0.999), strict=True))
    quiet = chances["quiet_factor"]
    groups = {
        name: (float(quiet * min(others) / (1 + np.exp(-part))), *map(float, others))
        for name, (others, part) in own.items()
    }
    return replace(
        base,
        moves=tuple(moves[number] for number in range(5)),
        rates=Rates(**groups, **common),
        **lives,
        **scalars,
        **chances,
    )


class Batch:
    """All tuning worlds side by side, so that one pass serves them all."""

    def __init__(self, cases: list[Case], base: ContestationModel) -> None:
        self.base = base
        self.slots = [slots_of(case.evidence, base, case.around) for case in cases]
        self.counts = [slots.local(case.evidence.dense(), 0) for slots, case in zip(self.slots, cases, strict=True)]
        self.means = [float(case.evidence.reports().mean()) for case in cases]
        self.true = np.concatenate([case.true for case in cases])

    def loss(self, vector: np.ndarray) -> float:
        model = from_vector(vector, self.base)
        space = self.slots[0].space
        moves = transition(space, model)
        seen = []
        for counts, mean in zip(self.counts, self.means, strict=True):
            per_count, without = weights(space, model, usual_level(space, model, mean))
            seen.append(model.saturation * np.log1p(counts / model.saturation) @ per_count + without)
        both = smooth(np.concatenate(seen), moves, at_first(moves))
        each = both[..., : space.size] + both[..., space.size :]
        kind = space.kind
        stacked = np.concatenate(
            [
                each[..., :1],
                each[..., kind == 1],
                each[..., (kind == 2) | (kind == 3)].sum(axis=2, keepdims=True),
                each[..., kind == 4],
            ],
            axis=2,
        )
        true = np.take_along_axis(stacked, self.true[..., None], axis=2)[..., 0]
        return float(-np.log(np.clip(true, 1e-9, None)).mean())


def tune(
    cases: list[Case], base: ContestationModel, *, rounds: int = 40, loose: float = 1.5, seconds: float = 1e9
) -> ContestationModel:
    """Minimise the log loss, held near the priors by a normal of that width on the free numbers."""
    batch, first = Batch(cases, base), to_vector(base)
    prior = to_vector(ContestationModel.prior())
    cells, began = batch.true.size, time.perf_counter()

    def loss(vector: np.ndarray) -> float:
        return batch.loss(vector) + 0.5 * float((((vector - prior) / loose) ** 2).sum()) / cells * 10

    def shown(vector: np.ndarray) -> None:
        print(f"  {time.perf_counter() - began:6.0f} s  log loss {batch.loss(vector):.4f}", flush=True)
        if time.perf_counter() - began > seconds:
            raise StopIteration

    found = minimize(loss, first, method="L-BFGS-B", callback=shown, options={"maxiter": rounds, "maxfun": 10**6})
    return from_vector(found.x, base)


def rounded(model: ContestationModel) -> ContestationModel:
    """Three significant figures, with the laws kept."""
    three = lambda value: float(f"{value:.3g}")  # noqa: E731
    quiet = three(model.quiet_factor)
    rates = {}
    for name in PER_GROUP:
        away, *others = (three(one) for one in getattr(model.rates, name))
        rates[name] = (
            min(away, float(f"{0.999 * quiet * min(others):.3g}") if away > 0.99 * quiet * min(others) else away),
            *others,
        )
    for name in COMMON:
        rates[name] = tuple(three(one) for one in getattr(model.rates, name))
    moves = []
    for row in model.moves:
        near = [round(one, 3) for one in row]
        near[int(np.argmax(near))] += 1 - sum(near)
        moves.append(tuple(round(one, 3) for one in near))
    names = (*_LIVES, *_SCALARS, *_SHARES)
    return replace(
        model, moves=tuple(moves), rates=Rates(**rates), **{name: three(getattr(model, name)) for name in names}
    )


def fit_baselines(cases: list[Case]) -> dict[str, np.ndarray]:
    """Learn the rules' frequencies and the logit's weights on the tuning worlds."""
    worlds = [(case.evidence, case.centres, case.true) for case in cases]
    found = {rule: calibrate(rule, worlds) for rule in RULES}
    return {**found, "kernel_logit": np.round(fit_logit(worlds), 5)}


def fit_calibrations(
    model: ContestationModel, numbers: dict[str, np.ndarray], seeds: range = CALIBRATION_SEEDS
) -> tuple[Calibration, dict[str, Calibration]]:
    """Calibrate the model and the baselines on the same worlds of ``fronts``, at all three rates."""
    plain = replace(model, calibration=None)
    learnt = {name: Fitted(values, None) for name, values in numbers.items()}
    ours, theirs = [], {name: [] for name in numbers}
    for rate in RATES:
        for seed in seeds:
            case = load("fronts", seed, rate, plain)
            ours.append((of_model(plain, case), level_of(case.evidence, plain, case.around), case.true))
            for name in METHODS:
                chance = by_method(name, case.evidence, case.centres, learnt)
                theirs[name].append((chance, mean_reports(case.evidence), case.true))
    return fit_calibration(ours, RATES), {name: fit_calibration(one, RATES) for name, one in theirs.items()}


def of_model(model: ContestationModel, case: Case) -> np.ndarray:
    """Probabilities of the model."""
    return believe(case.evidence, model, case.around).stacked()


def naive_sharing(case: Case, share: float) -> Case:
    """Let each unit count a share of its neighbours' reports as its own: what a trial warned of."""
    dense = case.evidence.dense()
    one, two = case.around
    np.add.at(dense, one, share * case.evidence.dense()[two])
    unit, period, column = np.nonzero(dense)
    evidence = replace(case.evidence, unit=unit, period=period, column=column, weight=dense[unit, period, column])
    return replace(case, evidence=evidence)


def ablation(seeds: range = CHOOSING_SEEDS) -> None:
    """Print the log loss with and without sharing, on seeds that are for choosing only."""
    model = ContestationModel()
    print(f"\n### sharing between neighbours: log loss on seeds {seeds.start}-{seeds.stop - 1}, all three rates")
    for kind in ("fronts", "matched"):
        cases = [load(kind, seed, rate, model) for rate in RATES for seed in seeds]
        plain = np.array([log_loss(of_model(model, case), case.true) for case in cases])
        print(f"  {kind:8s} none              {plain.mean():.4f}")
        for share in (0.1, 0.3, 0.5, 0.8):
            found = np.array([log_loss(of_model(replace(model, sharing=share), case), case.true) for case in cases])
            ratio, low, high = ratio_interval(found, plain)
            print(
                f"  {kind:8s} on moves, {share:.1f}     {found.mean():.4f}  ratio {ratio:.3f} [{low:.3f}, {high:.3f}]"
            )
        for share in (0.25, 1.0):
            found = np.array([log_loss(of_model(model, naive_sharing(case, share)), case.true) for case in cases])
            ratio, low, high = ratio_interval(found, plain)
            print(f"  {kind:8s} of counts, {share:.2f}   {found.mean():.4f}  ratio {ratio:.3f} [{low:.3f}, {high:.3f}]")


def main() -> None:
    """Tune the model from its priors and print it; fit the baselines and write them where the package reads them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--keep-model", action="store_true", help="fit only the baselines and the calibrations")
    model = ContestationModel()
    base = replace(ContestationModel.prior(), imprecision_power=model.imprecision_power)
    cases = tuning_cases(base)
    if not parser.parse_args().keep_model:
        model = rounded(tune(cases, base, rounds=200))
    numbers = fit_baselines(cases)
    calibration, others = fit_calibrations(model, numbers)
    print(replace(model, calibration=calibration))
    table = {
        name: {"numbers": np.round(values, 5).tolist(), "calibration": asdict(others[name])}
        for name, values in numbers.items()
    }
    FITTED.write_text(json.dumps(table, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
