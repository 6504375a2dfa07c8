// Our page scripts share one scope and are no modules: run the named files in a scope of their own.
import { readFileSync } from "node:fs";
import vm from "node:vm";

const ASSETS = new URL("../../artimap/maps/assets/", import.meta.url);

export function load(files, names, given = {}) {
  const globals = { atob, Blob, Response, DecompressionStream, TextDecoder, Uint8Array, Uint16Array, Uint32Array, ...given };
  const source = files.map((name) => readFileSync(new URL(name, ASSETS), "utf8")).join("\n");
  return vm.runInNewContext(`${source}\n({ ${names.join(", ")} })`, globals);
}
