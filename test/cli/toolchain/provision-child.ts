/** A program that fetches the toolchain and can be killed: prints the tree's place. */
import { silentTask } from '../../../src/model/task.js';
import { resolveToolchain } from '../../../src/toolchain/resolve.js';

const { tree } = await resolveToolchain({}, silentTask());
console.log(tree);
