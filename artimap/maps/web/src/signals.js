/* Signals between modules that must not import each other: a table is drawn anew when the rates have changed,
   but what follows the rates knows of no table. */

const listeners = new Map();

export function on(name, act) {
  if (!listeners.has(name)) listeners.set(name, []);
  listeners.get(name).push(act);
}

export function emit(name, value) {
  for (const act of listeners.get(name) || []) act(value);
}
