import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KernelTool } from '../types.js';

/** What `make modules_install` and depmod list, a module a line; the first has what the kernel has built in. */
const lists = ['modules.builtin', 'modules.order', 'modules.dep'];

/**
 * Whether a kernel has a module (its name with underscores), loadable or built in. One that lists no modules at all is taken to
 * have everything built in.
 */
export function kernelHas(kernel: KernelTool, module: string): boolean {
  const text = lists
    .map((list) => join(kernel.modules, list))
    .map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
    .join('\n');
  const isListed = new RegExp(`(^|/)${module.replaceAll('_', '[-_]')}\\.k?o(\\.\\w+)?(:|$)`, 'm');
  return text.trim() === '' || isListed.test(text);
}
