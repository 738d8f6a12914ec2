import type { Hook } from '@oclif/core/hooks';
import { noSuchCommand } from './no-such-command.js';

/** What the framework calls for a command that does not exist. */
const commandNotFound: Hook.CommandNotFound = async ({ id, argv, config }) =>
  Promise.reject(noSuchCommand([...id.split(':'), ...(argv ?? [])], config));

export default commandNotFound;
