// Bytes to columns, and texts, as packing.py writes them.
import assert from "node:assert/strict";
import test from "node:test";
import zlib from "node:zlib";
import { bytesOf, cellAt, columnsFrom, gridFrom, inflated } from "../../artimap/maps/web/src/decode.js";

function canInflate() {
  try {
    return Boolean(new DecompressionStream("deflate-raw"));
  } catch {
    return false;
  }
}

test("base64 becomes its bytes", () => {
  const bytes = Uint8Array.from({ length: 300 }, (unused, i) => (i * 7) % 256);
  assert.deepEqual([...bytesOf(Buffer.from(bytes).toString("base64"))], [...bytes]);
  assert.equal(bytesOf("").length, 0);
});

test("deflated bytes come back", { skip: canInflate() ? false : "this node cannot read deflate-raw" }, async () => {
  const bytes = Buffer.from("a text that repeats, repeats, repeats ".repeat(40));
  assert.deepEqual([...(await inflated(new Uint8Array(zlib.deflateRawSync(bytes))))], [...bytes]);
});

test("columns are read low bytes first, and steps added up", () => {
  const values = [7, 70000, 70001, 4294967295];
  const steps = values.map((value, i) => (value - (i ? values[i - 1] : 0)) >>> 0);
  const bytes = new Uint8Array(4 * 4 + 2 * 4 + 4);
  steps.forEach((step, i) => [0, 1, 2, 3].forEach((part) => (bytes[part * 4 + i] = (step >>> (8 * part)) & 255)));
  [1, 256, 65535, 0].forEach((value, i) => [0, 1].forEach((part) => (bytes[16 + part * 4 + i] = (value >>> (8 * part)) & 255)));
  bytes.set([9, 8, 7, 6], 24);
  const layout = [
    { name: "a", rows: 4, width: 4, steps: true },
    { name: "b", rows: 4, width: 2, steps: false },
    { name: "c", rows: 4, width: 1, steps: false },
  ];
  const found = columnsFrom(bytes, layout);
  assert.deepEqual([...found.a], values);
  assert.deepEqual([...found.b], [1, 256, 65535, 0]);
  assert.deepEqual([...found.c], [9, 8, 7, 6]);
  assert.throws(() => columnsFrom(bytes.subarray(1), layout), /27 bytes, expected 28/);
});

test("each cell of the grid starts where its first event stands", () => {
  const codes = Uint32Array.from([0, 3, 65536, 65540, 4294967295]);
  const { x, y, starts } = gridFrom(codes);
  assert.deepEqual([...x], [0, 1, 256, 258, 65535]);
  assert.deepEqual([...y], [0, 1, 0, 0, 65535]);
  assert.deepEqual([starts[0], starts[1], starts[2], starts[cellAt(255, 255)], starts[65536]], [0, 2, 4, 4, 5]);
});
