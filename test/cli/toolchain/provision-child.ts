/** A program that fetches the toolchain and can be killed: prints the tree's place. */
import { silentProgress } from '../../../src/model/progress.js';
import { resolveToolchain } from '../../../src/toolchain/resolve.js';

const { tree } = await resolveToolchain({}, silentProgress);
console.log(tree);
