import { BaseCommand, Flags } from '../cli/base-command.js';
import { labArgument, setFlag } from '../cli/definition-flags.js';
import { instanceFlag, newInstance, noWaitFlag } from '../cli/instance-flags.js';
import { bootFlags, bootLimitMs, toolchainOptions, toolFlags } from '../cli/tool-flags.js';
import { confirmServer, consentFlags, serverFlags, serverWish } from '../cli/server-flags.js';
import { assertIsToWork } from '../lab/can-run-here.js';
import { assertFree } from '../lab/lab-lock.js';
import { changesAnything, type PlanStep } from '../lab/plan.js';
import { folderFor, prepareLab } from '../lab/prepare.js';
import { planFor, withLab } from '../lab/with-lab.js';
import { labWords } from '../model/instance.js';
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
    ...instanceFlag,
    ...noWaitFlag,
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
      instance: newInstance(flags),
    };
    const name = labWords(read.lab.name, options.instance);
    const task = await this.task(labWords(args.lab, options.instance));
    const use = { purpose: `lab up ${name}`, keep: true, wait: !flags['no-wait'] };
    await assertFree(folderFor(read, options), use.purpose, task, use);
    const prepared = await prepareLab(read, options, task);
    if (flags['dry-run']) return this.#report(name, await planFor(prepared), false);
    const plan = await withLab(prepared, use, task, async (lent) => Promise.resolve(lent.plan));
    return this.#report(name, plan, changesAnything(plan));
  }

  #report(lab: string, plan: readonly PlanStep[], changed: boolean): UpResult {
    for (const { action, kind, name, reason } of plan)
      this.log(`${action.padEnd(8)}${kind} ${name}: ${reason}`);
    this.log(changed ? `${lab} is up` : `${lab}: nothing was changed`);
    return { lab, changed, plan };
  }
}
