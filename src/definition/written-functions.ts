import type { FunctionFile, FunctionsFile, NicFile } from '../model/lab-file.js';

/** A function as the definition has it: under its name, and at its place. */
export interface WrittenFunction {
  readonly name: string;
  readonly written: FunctionFile;
  /** Below the NIC; null when the definition gives their number alone. */
  readonly path: readonly (string | number)[] | null;
}

function named(
  functions: FunctionsFile | undefined,
  key: 'vfs' | 'functions',
  prefix: string,
): WrittenFunction[] {
  if (functions === undefined) return [];
  if (typeof functions === 'number') {
    return Array.from({ length: functions }, (_, index) => ({
      name: `${prefix}${index}`,
      written: {},
      path: null,
    }));
  }
  if (Array.isArray(functions)) {
    return (functions as readonly FunctionFile[]).map((written, index) => ({
      name: `${prefix}${index}`,
      written,
      path: [key, index],
    }));
  }
  return Object.entries(functions as Readonly<Record<string, FunctionFile | null>>).map(
    ([name, written]) => ({
      name,
      written: written ?? {},
      path: [key, name],
    }),
  );
}

/** The VFs of a NIC, whichever of the three ways of writing them was chosen: `vf0`, `vf1` or by their names. */
export function writtenVfs(nic: NicFile): WrittenFunction[] {
  return named(nic.vfs, 'vfs', 'vf');
}

/** All functions of a conventional multifunction device: `fn0`, `fn1` or by their names; none for other NICs. */
export function writtenFunctions(nic: NicFile): WrittenFunction[] {
  return named(nic.functions, 'functions', 'fn');
}
