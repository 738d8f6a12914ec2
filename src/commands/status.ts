import * as Args from '@oclif/core/args';
import { BaseCommand } from '../cli/base-command.js';
import { instanceFlag } from '../cli/instance-flags.js';
import { nameDamaged, type DamagedLab } from '../cli/damaged-labs.js';
import { findRecordsOfKnown } from '../lab/find-record.js';
import { allRecords, instanceOf, LabFolder } from '../lab/record.js';
import { labWords } from '../model/instance.js';
import { statusOf, type LabStatus, type PartState } from '../lab/status.js';

interface StatusResult {
  readonly labs: readonly LabStatus[];
  /** Labs whose record is damaged, so that nothing else is known of them. */
  readonly damaged: readonly DamagedLab[];
}

/** A node’s own words for the state of its part. */
const nodeStates: Readonly<Record<PartState, string>> = {
  up: 'Ready',
  booting: 'joining the cluster',
  ended: 'not Ready',
};

export default class Status extends BaseCommand<typeof Status> {
  static override aliases = ['ps'];
  static override summary = 'Show the labs that are up, and the state of their machines, services and nodes.';
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> quickstart --json',
  ];
  static override args = { lab: Args.string({ ignoreStdin: true, description: 'only this lab' }) };
  static override flags = { ...instanceFlag };

  async run(): Promise<StatusResult> {
    const { args, flags } = await this.read(Status);
    const { state } = this.environment;
    const { instance } = flags;
    const records = args.lab === undefined ? allRecords(state) : findRecordsOfKnown(state, args.lab);
    const labs = await Promise.all(
      records
        .filter(({ id }) => instance === undefined || instanceOf(id) === instance)
        .map(async (record) => statusOf(new LabFolder(state, record.id), record)),
    );
    const damaged = args.lab === undefined ? nameDamaged(state, await this.progress()) : [];
    const nothing =
      args.lab === undefined ? 'no lab is up' : `${labWords(args.lab, instance ?? null)} is not up`;
    if (labs.length + damaged.length === 0) this.log(nothing);
    for (const lab of labs) this.#show(lab);
    return { labs, damaged };
  }

  #show(lab: LabStatus): void {
    this.log(
      `${labWords(lab.name, lab.instance)}: ${lab.state} (${lab.id}, since ${lab.startedAt}, QEMU ${lab.qemu}, ${lab.accelerator.toUpperCase()})`,
    );
    for (const { name, on, state, pid } of lab.machines) {
      const where = on === null ? '' : ` of ${on}`;
      this.log(`  machine ${name}: ${state}${pid === null ? '' : `, QEMU is process ${pid}${where}`}`);
    }
    for (const { name, in: place, state, pid } of lab.services) {
      const where = place === null ? '' : ` in ${place}`;
      this.log(`  service ${name}${where}: ${state}${pid === null ? '' : `, process ${pid}`}`);
    }
    for (const { name, state } of lab.nodes) this.log(`  node ${name}: ${nodeStates[state]}`);
    for (const { name, address } of lab.peers) this.log(`  peer ${name}: ${address}`);
    this.log(`  files: ${lab.folder}`);
  }
}
