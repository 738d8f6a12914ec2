import { mkdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import {
  LabFolder,
  RECORD_VERSION,
  type LabRecord,
  type PartKey,
  type RecordedPart,
} from '../../../src/lab/record.js';
import { statusOf, type LabStatus } from '../../../src/lab/status.js';
import { assertGoesOn, surveyOf } from '../../../src/lab/survey.js';
import { identify, type ProcessIdentity } from '../../../src/process/identity.js';
import { labWithCluster } from '../../support/cluster.js';
import { lab, labWithNic } from '../../support/definition.js';
import { gone, record, recorded } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';
import { serveSocket } from '../../support/socket-server.js';

const scratch = useScratch();

function self(): ProcessIdentity {
  const found = identify(process.pid);
  if (found === undefined) throw new Error('this process is not there');
  return found;
}

/** A lab that this process holds; `guest` is this process too. */
function held(parts: readonly RecordedPart[], changes: Partial<LabRecord> = {}): LabRecord {
  return record(labWithNic(), { holder: { outer: self(), init: self() }, parts, ...changes });
}

const namespace = recorded('namespace', 'lab');
const network = recorded('network', 'networks', { needs: ['namespace lab'] });
const guest = (changes: Partial<RecordedPart> = {}): RecordedPart =>
  recorded('machine', 'guest', { needs: ['network networks'], main: self(), ...changes });

async function there(of: LabRecord): Promise<PartKey[]> {
  return [...(await surveyOf(new LabFolder(scratch(), of.id), of)).there];
}

describe('what of a lab is still there', () => {
  it('is each part whose program runs, or that has none', async () => {
    expect(await there(held([namespace, network, guest()]))).toEqual([
      'namespace lab',
      'network networks',
      'machine guest',
    ]);
    expect(await there(held([namespace, network, guest({ main: gone })]))).toEqual([
      'namespace lab',
      'network networks',
    ]);
  });

  it('is nothing that needs what is gone, or what is half done', async () => {
    expect(await there(held([namespace, guest()]))).toEqual(['namespace lab']);
    const half = { ...network, state: 'starting' } as const;
    expect(await there(held([namespace, half, guest()]))).toEqual(['namespace lab', 'network networks']);
  });

  it('is nothing of a lab that is not recorded, has no namespace, or was brought up by another version', async () => {
    const folder = new LabFolder(scratch(), 'x-12345678');
    expect([...(await surveyOf(folder, undefined)).there]).toEqual([]);
    const parts = [namespace, network, guest()];
    expect(await there(held(parts, { holder: null }))).toEqual([]);
    expect(await there(held(parts, { holder: { outer: gone, init: gone } }))).toEqual([]);
    expect(await there(held(parts, { version: RECORD_VERSION - 1 }))).toEqual([]);
  });

  it('is no machine inside one that does not answer', async () => {
    const inner = recorded('machine', 'inner', { place: { machine: 'nobody' }, main: self() });
    expect(await there(held([namespace, inner]))).toEqual(['namespace lab']);
  });
});

/** A QEMU that says this of its guest; `silent`: one that serves another client. */
async function serveQemu(folder: LabFolder, says: 'silent' | { running: boolean; status: string }) {
  mkdirSync(folder.run, { recursive: true });
  return serveSocket(folder.run, 'guest.qmp', {
    ...(says === 'silent' ? {} : { greeting: '{"QMP": {}}\n' }),
    answer: ({ execute }, to) => {
      to.send(`${JSON.stringify({ return: execute === 'query-status' ? says : {} })}\n`);
    },
  });
}

describe('a paused machine', () => {
  const two = lab({ machines: { guest: {}, inner: { on: 'guest' } } });
  const inner = recorded('machine', 'inner', {
    place: { machine: 'guest' },
    needs: ['machine guest'],
    main: self(),
  });
  const of = held([namespace, network, guest(), inner], { lab: two });

  it.each(['paused', 'io-error'])('(%s) stands still, and so does what is inside it', async (status) => {
    const folder = new LabFolder(scratch(), of.id);
    const qemu = await serveQemu(folder, { running: false, status });
    try {
      const survey = await surveyOf(folder, of);
      expect([...survey.paused]).toEqual(['guest', 'inner']);
      expect([...survey.there]).toContain('machine inner');
      expect(() => {
        assertGoesOn(survey, 'example');
      }).toThrow('machine guest of lab example is paused');
      const { state, machines } = await statusOf(folder, of);
      expect([state, ...machines.map((machine) => machine.state)]).toEqual(['paused', 'paused', 'paused']);
    } finally {
      await qemu.close();
    }
  });

  it.each([{ running: true, status: 'running' }, { running: false, status: 'prelaunch' }, 'silent' as const])(
    'is none whose QEMU says %j',
    async (says) => {
      const folder = new LabFolder(scratch(), of.id);
      const qemu = await serveQemu(folder, says);
      try {
        const alone = held([namespace, network, guest()], { lab: two });
        const survey = await surveyOf(folder, alone);
        expect([...survey.paused]).toEqual([]);
        expect([...survey.there]).toContain('machine guest');
        assertGoesOn(survey, 'example');
      } finally {
        await qemu.close();
      }
    },
  );
});

describe('the status of a lab', () => {
  const statusOfLab = async (of: LabRecord): Promise<LabStatus> =>
    statusOf(new LabFolder(scratch(), of.id), of);

  it('is up when every part is ready and runs, and every machine is recorded', async () => {
    const service = recorded('service', 'netserver-server', { place: { peer: 'server' }, main: self() });
    const of = held([namespace, network, guest(), service]);
    const { state, machines, services, folder, ...rest } = await statusOfLab(of);
    expect(state).toBe('up');
    expect(machines).toEqual([{ name: 'guest', on: null, state: 'up', pid: process.pid }]);
    expect(services).toEqual([{ name: 'netserver-server', in: 'server', state: 'up', pid: process.pid }]);
    expect(folder).toBe(new LabFolder(scratch(), of.id).run);
    expect(rest).toEqual({
      id: of.id,
      name: of.lab.name,
      instance: null,
      definition: of.definition,
      startedAt: of.startedAt,
      qemu: '11.0.0',
      accelerator: 'tcg',
      nodes: [],
      peers: [{ name: 'server', address: '10.0.0.1/16' }],
    });
  });

  it('shows the nodes of its cluster, and is partly up while one is not Ready or not begun', async () => {
    const lab = labWithCluster();
    const before = held([namespace, network, guest()], { lab });
    expect(await statusOfLab(before)).toMatchObject({ state: 'partly up', nodes: [] });
    // Nobody answers for the API server here.
    const joined = recorded('node', 'guest', { needs: ['machine guest'], place: { machine: 'guest' } });
    expect(await statusOfLab(held([namespace, network, guest(), joined], { lab }))).toMatchObject({
      state: 'partly up',
      nodes: [{ name: 'guest', state: 'ended' }],
    });
  });

  it('is partly up when a machine boots, has ended, or was not begun', async () => {
    const booting = await statusOfLab(held([namespace, network, guest({ state: 'starting' })]));
    expect([booting.state, booting.machines[0]?.state, booting.machines[0]?.pid]).toEqual([
      'partly up',
      'booting',
      process.pid,
    ]);
    const ended = await statusOfLab(held([namespace, network, guest({ main: gone })]));
    expect([ended.state, ended.machines[0]?.state, ended.machines[0]?.pid]).toEqual([
      'partly up',
      'ended',
      null,
    ]);
    expect(await statusOfLab(held([namespace, network]))).toMatchObject({
      state: 'partly up',
      machines: [{ state: 'ended', pid: null }],
    });
  });

  it('is partly up when only one of its machines was begun', async () => {
    const two = lab({ machines: { guest: {}, other: {} } });
    const of = held([namespace, network, guest()], { lab: two });
    expect(await statusOfLab(of)).toMatchObject({
      state: 'partly up',
      machines: [
        { name: 'guest', state: 'up', pid: process.pid },
        { name: 'other', state: 'ended', pid: null },
      ],
    });
  });

  it('is broken when nothing holds it', async () => {
    expect((await statusOfLab(held([namespace], { holder: null }))).state).toBe('broken');
    expect((await statusOfLab(held([namespace], { holder: { outer: gone, init: gone } }))).state).toBe(
      'broken',
    );
  });
});
