/** A program that fetches the toolchain and can be killed: prints the tree's place. */
import { readEnvironment } from '../../../src/cli/environment.js';
import { silentTask } from '../../../src/model/task.js';
import { resolveToolchain } from '../../../src/toolchain/resolve.js';

const { tree } = await resolveToolchain({ environment: readEnvironment() }, silentTask());
console.log(tree);
