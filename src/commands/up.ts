import { BaseCommand, Flags } from '../cli/base-command.js';
import { labArgument, setFlag } from '../cli/definition-flags.js';
import { bootFlags, bootLimitMs, toolchainOptions, toolFlags } from '../cli/tool-flags.js';
import { confirmServer, consentFlags, serverFlags, serverWish } from '../cli/server-flags.js';
import { assertIsToWork } from '../lab/can-run-here.js';
import { changesAnything, type PlanStep } from '../lab/plan.js';
import { prepareLab } from '../lab/prepare.js';
import { planFor, withLab } from '../lab/with-lab.js';
import { readLab } from '../definition/read-lab.js';

interface UpResult {
  readonly lab: string;
  readonly changed: boolean;
  readonly plan: readonly PlanStep[];
}

export default class Up extends BaseCommand<typeof Up> {
  static override aliases = ['deploy'];
  static override summary = 'Bring a lab up, or up to date.';
  static override description =
    'Creates the lab’s namespaces, networks and peers, boots its machines, and returns when every guest answers. ' +
    'Keeps what already runs as defined: a second `up` changes nothing. Builds and fetches what is missing first.';
  static override examples = [
    '<%= config.bin %> <%= command.id %> quickstart',
    '<%= config.bin %> <%= command.id %> ./my-lab --dry-run',
    '<%= config.bin %> <%= command.id %> quickstart --set machines.guest.nics.pf0.vfs=8',
    {
      description: 'Use this computer and its SmartNIC in place of the outer machine:',
      command: '<%= config.bin %> <%= command.id %> vdpa --server local --nic 0000:5e:00.0',
    },
    {
      description: 'Check a patch to QEMU:',
      command: '<%= config.bin %> <%= command.id %> quickstart --qemu ~/qemu/build/qemu-system-x86_64',
    },
  ];
  static override args = { lab: labArgument };
  static override flags = {
    ...toolFlags,
    ...bootFlags,
    ...setFlag,
    ...serverFlags,
    ...consentFlags,
    'dry-run': Flags.boolean({ description: 'show what would be done and why, without doing it' }),
  };

  async run(): Promise<UpResult> {
    const { args, flags } = await this.read(Up);
    const read = readLab(args.lab, flags.set, serverWish(flags));
    assertIsToWork(read);
    await confirmServer(read.lab, flags.yes || flags['dry-run']);
    const options = {
      toolchain: toolchainOptions(flags, this.environment),
      acceleration: flags.accel,
      bootLimitMs: bootLimitMs(flags),
    };
    const task = await this.task(args.lab);
    const prepared = await prepareLab(read, options, task);
    if (flags['dry-run']) return this.#report(prepared.lab.name, await planFor(prepared), false);
    const use = { purpose: `lab up ${prepared.lab.name}`, keep: true };
    const plan = await withLab(prepared, use, task, async (lent) => Promise.resolve(lent.plan));
    return this.#report(prepared.lab.name, plan, changesAnything(plan));
  }

  #report(lab: string, plan: readonly PlanStep[], changed: boolean): UpResult {
    for (const { action, kind, name, reason } of plan)
      this.log(`${action.padEnd(8)}${kind} ${name}: ${reason}`);
    this.log(changed ? `${lab} is up` : `${lab}: nothing was changed`);
    return { lab, changed, plan };
  }
}
