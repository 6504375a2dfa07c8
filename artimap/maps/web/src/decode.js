/* Columns of numbers from the bytes in the page; the writer is packing.py. Nothing here
   touches the document, so that it can be tested without a browser. */

export function bytesOf(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const raw = atob(text);
  const bytes = new Uint8Array(raw.length);
  for (let i = 0; i < raw.length; i += 1) bytes[i] = raw.charCodeAt(i);
  return bytes;
}

/* Written and read by hand: a Blob and a Response would take turns with whatever else the browser
   has to do, and at the start of a page that is reading the rest of it. */
export async function inflated(bytes, form = "deflate-raw") {
  const stream = new DecompressionStream(form);
  const writer = stream.writable.getWriter();
  const written = writer.write(bytes).then(() => writer.close());
  written.catch(() => null); // what is wrong with the bytes is told by the reader
  const parts = [];
  const reader = stream.readable.getReader();
  let length = 0;
  for (let next = await reader.read(); !next.done; next = await reader.read()) {
    parts.push(next.value);
    length += next.value.length;
  }
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/* One column: `width` bytes a number, all low bytes first; `steps` adds each to the one before. */
function columnFrom(bytes, start, rows, width, steps) {
  const [a, b, c, d] = [0, 1, 2, 3].map((part) =>
    part < width ? bytes.subarray(start + part * rows, start + (part + 1) * rows) : null,
  );
  if (width === 1 && !steps) return a;
  const out = width === 4 ? new Uint32Array(rows) : new Uint16Array(rows);
  const before = steps ? -1 : 0;
  let last = 0;
  for (let i = 0; i < rows; i += 1) {
    let value = a[i];
    if (width > 1) value |= b[i] << 8;
    if (width > 2) value |= (c[i] << 16) | (d[i] << 24);
    last = (last & before) + value;
    out[i] = last;
  }
  return out;
}

export function columnsFrom(bytes, layout) {
  const found = {};
  let at = 0;
  for (const { name, rows, width, steps } of layout) {
    found[name] = columnFrom(bytes, at, rows, width, steps);
    at += rows * width;
  }
  if (at !== bytes.length) throw new Error(`events: ${bytes.length} bytes, expected ${at}`);
  return found;
}

/* Every second bit of a number, from the lowest: half of a place along the Z-shaped curve. */
export function halfBits(code) {
  let v = code & 0x55555555;
  v = (v | (v >>> 1)) & 0x33333333;
  v = (v | (v >>> 2)) & 0x0f0f0f0f;
  v = (v | (v >>> 4)) & 0x00ff00ff;
  return (v | (v >>> 8)) & 0xffff;
}

/* Places along the curve to columns and rows of the grid, and where each of its 256 by 256
   cells starts in the rows, which are sorted along it. */
export function gridFrom(codes) {
  const n = codes.length;
  const x = new Uint16Array(n);
  const y = new Uint16Array(n);
  const starts = new Uint32Array(65537);
  let next = 0;
  for (let i = 0; i < n; i += 1) {
    const code = codes[i];
    x[i] = halfBits(code);
    y[i] = halfBits(code >>> 1);
    const cell = code >>> 16;
    if (cell >= next) starts.fill(i, next, cell + 1);
    next = cell + 1;
  }
  starts.fill(n, next);
  return { x, y, starts };
}

/* The place of cell (cx, cy) along the curve: the bits of both in turn. */
const CELL_BITS = Uint16Array.from({ length: 256 }, (_, v) => {
  let bits = 0;
  for (let b = 0; b < 8; b += 1) bits |= ((v >> b) & 1) << (2 * b);
  return bits;
});

export function cellAt(cx, cy) {
  return CELL_BITS[cx] | (CELL_BITS[cy] << 1);
}
