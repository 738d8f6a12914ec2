import type { BootImage } from '../../../src/images/boot-image.js';
import { existsSync, mkdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { labSchema } from '../../../src/definition/json-schema.js';
import { readLab } from '../../../src/definition/read-lab.js';
import { digestOf, folderOf, parseArguments, renderLab } from '../../../src/lab/artefacts.js';
import { checkTarget } from '../../../src/lab/check-target.js';
import { observeCircumstances } from '../../../src/lab/circumstances.js';
import { consoleText } from '../../../src/lab/console-text.js';
import { describeBench } from '../../../src/lab/describe-bench.js';
import { findImage } from '../../../src/lab/find-image.js';
import { initialFiles, initLab, type InitOptions } from '../../../src/lab/init-lab.js';
import { kernelFlavourOf, kernelWishOf } from '../../../src/lab/kernel-flavour.js';
import { linkImage } from '../../../src/lab/link-image.js';
import { refusalReasons } from '../../../src/lab/refusal-reasons.js';
import { writeRendered } from '../../../src/lab/write-rendered.js';
import { packageFolder } from '../../../src/model/folders.js';
import type { Lab } from '../../../src/model/lab.js';
import { settings } from '../../support/bench.js';
import { lab, labWithNic } from '../../support/definition.js';
import { kubernetes, labWithCluster } from '../../support/cluster.js';
import type { Kubernetes } from '../../../src/model/kubernetes.js';
import type { Accelerator } from '../../../src/toolchain/types.js';
import { record } from '../../support/record.js';
import { useScratch } from '../../support/scratch.js';

const scratch = useScratch();
const labs = join(packageFolder(), 'labs');
const nested = readLab(join(labs, 'vdpa')).lab;

function problemOf(work: () => unknown): { code: string; message: string; hint: string } | undefined {
  try {
    work();
  } catch (error) {
    return (error as { problems: { code: string; message: string; hint: string }[] }).problems[0];
  }
  return undefined;
}

describe('the artefacts of a lab', () => {
  const facts = { vhostNet: true, accelerator: 'kvm', acceleratorInside: 'tcg' } as const;
  const contentOf = (of: Lab, path: string): string =>
    renderLab(of, facts).find((one) => one.path === path)?.content ?? '';

  it('let the logs of services in a machine out of it, and out of the machines around it', () => {
    const cluster = lab({
      networks: { lan: {}, inner: { on: 'outer', uplink: 'nic0' } },
      machines: {
        outer: { nics: { nic0: { backend: { tap: 'lan' } } } },
        main: { on: 'outer', nics: { nic0: { backend: { tap: 'inner' } } } },
        guest: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
      },
      kubernetes: { 'control-plane': 'main', nodes: ['guest'] },
    });
    const logsIn = (path: string): string[] =>
      contentOf(cluster, path)
        .split('\n')
        .filter((line) => /^(file,|virtserialport,).*(etcd|kube-apiserver)\.log/.test(line));
    expect(logsIn('outer/main.qemu')).toEqual([
      'file,id=etcd.log,path=/dev/virtio-ports/etcd.log',
      'virtserialport,bus=serial.0,chardev=etcd.log,name=etcd.log',
      'file,id=kube-apiserver.log,path=/dev/virtio-ports/kube-apiserver.log',
      'virtserialport,bus=serial.0,chardev=kube-apiserver.log,name=kube-apiserver.log',
    ]);
    expect(logsIn('outer.qemu')).toEqual([
      'file,id=etcd.log,path=etcd.log',
      'virtserialport,bus=serial.0,chardev=etcd.log,name=etcd.log',
      'file,id=kube-apiserver.log,path=kube-apiserver.log',
      'virtserialport,bus=serial.0,chardev=kube-apiserver.log,name=kube-apiserver.log',
    ]);
    expect(logsIn('guest.qemu')).toEqual([]);
    expect(contentOf(cluster, 'outer/main/control-plane.sh')).toContain('sh control-plane.sh start');
    expect(contentOf(cluster, 'control-plane.sh')).toBe('');
  });

  it('are there for this computer, each machine and each check, once', () => {
    const all = renderLab(nested, facts);
    const paths = all.map(({ path }) => path);
    expect(paths.filter((path) => !path.startsWith('checks/'))).toEqual([
      'network.sh',
      'server.qemu',
      'server/guest.qemu',
      'server/functions.sh',
      'server/functions-undo.sh',
      'server/network.sh',
      'run.sh',
      'README.md',
    ]);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths.filter((path) => path.startsWith('checks/guest-pf0/')).length).toBeGreaterThan(4);
    const plain = all.filter(({ executable }) => !executable).map(({ path }) => path);
    expect(plain).toEqual(['server.qemu', 'server/guest.qemu', 'README.md']);
    for (const { content } of all) expect(content).not.toBe('');
  });

  it('of a bench can be run too', () => {
    const bench = renderLab(readLab(join(labs, 'offload-tap')).lab, facts).filter(({ path }) =>
      path.startsWith('bench/'),
    );
    expect(bench.map(({ path, executable }) => [path, executable])).toEqual([
      ['bench/offload.sh', true],
      ['bench/software.sh', true],
      ['bench/enter.sh', true],
      ['bench/end.sh', true],
    ]);
  });

  it('use this computer’s vhost-net for its own machines alone, and name what runs each', () => {
    expect(contentOf(nested, 'server.qemu')).toContain('vhost=on');
    expect(contentOf(labWithNic(), 'guest.qemu')).toContain('vhost=on');
    const inside = lab({
      networks: { lan: {} },
      machines: {
        server: { nics: { up: { backend: { tap: 'lan' } } } },
        guest: { on: 'server', nics: { pf0: { backend: 'user' } } },
      },
    });
    expect(contentOf(inside, 'server/guest.qemu')).not.toContain('vhost=on');
    const figures = labWithNic({ vfs: 1 }, ['traffic']);
    expect(contentOf(figures, 'checks/guest-pf0/traffic-figures.sh')).toContain('KVM');
  });

  it('of this computer in the place of a server are what it makes and takes back too', () => {
    const here = readLab(join(labs, 'vdpa'), [], { nics: ['0000:5e:00.0'], eswitch: undefined }).lab;
    expect(
      renderLab(here, facts)
        .slice(0, 4)
        .map(({ path, executable }) => [path, executable]),
    ).toEqual([
      ['network.sh', true],
      ['functions.sh', true],
      ['functions-undo.sh', true],
      ['guest.qemu', false],
    ]);
    expect(contentOf(here, 'functions.sh')).toContain('0000:5e:00.0');
    expect(contentOf(here, 'functions-undo.sh')).not.toBe('');
  });

  it('of a cluster are its control plane, its nodes and what they may ask a DRA driver for', () => {
    const ofCluster = (cluster: Kubernetes): [string, boolean][] =>
      renderLab(labWithCluster(cluster), facts)
        .filter(({ path }) => /control-plane|node\.sh|device-classes/.test(path))
        .map(({ path, executable }) => [path, executable]);
    const scripts = [
      ['control-plane.sh', true],
      ['guest.node.sh', true],
    ];
    expect(ofCluster(kubernetes)).toEqual(scripts);
    expect(ofCluster({ ...kubernetes, vfs: 'dra' })).toEqual([
      scripts[0],
      ['device-classes.yaml', false],
      scripts[1],
    ]);
  });

  it('of a cluster have patience with nodes under emulation', () => {
    const of = labWithCluster();
    const scriptOf = (path: string, accelerator: Accelerator, acceleratorInside: Accelerator): string =>
      renderLab(of, { vhostNet: false, accelerator, acceleratorInside }).find((one) => one.path === path)
        ?.content ?? '';
    const grace = '--node-monitor-grace-period=200s';
    expect(scriptOf('control-plane.sh', 'kvm', 'kvm')).not.toContain(grace);
    expect(scriptOf('control-plane.sh', 'tcg', 'kvm')).toContain(grace);
    expect(scriptOf('control-plane.sh', 'kvm', 'tcg')).toContain(grace);
    expect(scriptOf('guest.node.sh', 'kvm', 'tcg')).toBe(scriptOf('guest.node.sh', 'kvm', 'kvm'));
    expect(scriptOf('guest.node.sh', 'tcg', 'kvm')).not.toBe(scriptOf('guest.node.sh', 'kvm', 'kvm'));
  });

  it('of what is inside machines are in folders inside each other', () => {
    expect(folderOf(nested, null)).toBe('');
    expect(folderOf(nested, 'guest')).toBe('server/guest/');
  });

  it('have digests that tell where one text ends and the next begins', () => {
    expect(digestOf('ab', 'c')).not.toBe(digestOf('a', 'bc'));
    expect(digestOf('a')).not.toBe(digestOf('a', ''));
    expect(digestOf('a', 'b')).toBe(digestOf('a', 'b'));
    expect(parseArguments('-a\n-b c\n')).toEqual(['-a', '-b c']);
    const [request] = nested.checks;
    expect(request && checkTarget(nested, request).nic.name).toBe('pf0');
  });

  it('are written into an empty folder, scripts executable, or into another one by force', () => {
    const folder = join(scratch(), 'a/b');
    const of = labWithNic();
    const paths = writeRendered(of, folder, { accelerator: 'tcg', force: false });
    expect(paths).toContain('guest.qemu');
    for (const path of paths) expect(existsSync(join(folder, path))).toBe(true);
    expect(statSync(join(folder, 'network.sh')).mode & 0o777).toBe(0o755);
    expect(statSync(join(folder, 'guest.qemu')).mode & 0o111).toBe(0);
    expect(problemOf(() => writeRendered(of, folder, { accelerator: 'tcg', force: false }))).toMatchObject({
      code: 'LAB-RENDER-NOT-EMPTY',
      message: expect.stringContaining(folder) as string,
      hint: expect.stringContaining('--force') as string,
    });
    expect(writeRendered(of, folder, { accelerator: 'tcg', force: true })).toEqual(paths);
    mkdirSync(join(scratch(), 'empty'));
    expect(writeRendered(of, join(scratch(), 'empty'), { accelerator: 'tcg', force: false })).toEqual(paths);
  });
});

describe('a new lab', () => {
  const options: InitOptions = {
    name: 'mine',
    model: 'virtio-net',
    backend: 'tap',
    vfs: 2,
    kubernetes: false,
  };
  const written = (changes: Partial<InitOptions>): Lab => {
    const folder = join(scratch(), 'new');
    expect(initLab(folder, { ...options, ...changes }, false)).toEqual(
      ['lab.yaml', 'README.md', 'lab.schema.json'].map((name) => join(folder, name)),
    );
    return readLab(folder).lab;
  };

  it('on a network has a server', () => {
    const { peers, summary, checks } = written({});
    expect(peers).toHaveLength(1);
    expect(summary).toContain('virtio-net PF can create 2 VFs, and a server');
    expect(checks.map(({ check }) => check)).toEqual(['vf-creation', 'hotplug-free', 'traffic']);
  });

  it('on QEMU’s own network has none', () => {
    const { peers, summary, machines } = written({ backend: 'user', vfs: 1 });
    expect(peers).toEqual([]);
    expect(summary).toMatch(/create 1 VF$/);
    expect(machines[0]?.nics[0]?.pf.backend).toEqual({ type: 'user' });
  });

  it('of a storage device has no network, whatever the backend', () => {
    const { networks, checks } = written({ model: 'nvme' });
    expect(networks).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual(['vf-creation', 'hotplug-free', 'storage']);
  });

  it('must have a name and as many VFs as the model takes at most', () => {
    expect(problemOf(() => initialFiles({ ...options, name: 'My Lab' }))).toMatchObject({
      code: 'LAB-USAGE',
      message: expect.stringContaining('`My Lab`') as string,
      hint: expect.stringMatching(/^it \w+ \w+/) as string,
    });
    expect(problemOf(() => initialFiles({ ...options, model: 'igb', vfs: 8 }))).toMatchObject({
      message: 'a NIC of model igb can have at most 7 VFs',
      hint: expect.stringContaining('--vfs 7') as string,
    });
    expect(problemOf(() => initialFiles({ ...options, model: 'igb', vfs: 7 }))).toBeUndefined();
  });

  it('overwrites nothing, and writes nothing that is only tried', () => {
    const folder = join(scratch(), 'tried');
    expect(initLab(folder, options, true)).toHaveLength(3);
    const files = initialFiles(options);
    expect(files.map(({ path, executable }) => [path, executable])).toEqual(
      ['lab.yaml', 'README.md', 'lab.schema.json'].map((path) => [path, false]),
    );
    expect(JSON.parse(files[2]?.content ?? '')).toEqual(labSchema());
    expect(existsSync(folder)).toBe(false);
    mkdirSync(folder);
    initLab(folder, options, false);
    expect(problemOf(() => initLab(folder, options, false))).toEqual({
      code: 'LAB-INIT-NOT-EMPTY',
      message: `${folder} exists and is not empty`,
      hint: expect.stringContaining('--output') as string,
    });
    expect(problemOf(() => initLab(folder, options, true))?.code).toBe('LAB-INIT-NOT-EMPTY');
  });
});

describe('the description of a bench', () => {
  it('says what is compared, with what, and how long it takes', () => {
    const of = readLab(join(labs, 'offload-tap')).lab;
    const { lines, takesSeconds, measurements, ...rest } = describeBench(of, ['tcp-rr'], settings);
    // One measurement on two sides, three runs and a warm-up each, of one second and one more.
    expect(takesSeconds).toBe(16);
    expect(measurements).toEqual([{ name: 'tcp-rr', tool: 'netperf' }]);
    expect(rest).toEqual({ lab: 'offload-tap', bench: of.bench, settings });
    const { bench } = of;
    if (bench === null) throw new Error('the lab has changed');
    const said = lines.join('\n');
    for (const word of [bench.offload.function, bench.offload.address, bench.software.address, bench.peer])
      expect(said).toContain(word);
    expect(said).toContain('TCP_RR, with netperf');
    expect(said).toContain('about 16 s');
    expect(lines).toHaveLength(5);
    expect(describeBench(of, [], settings).takesSeconds).toBe(96);
  });

  it('is refused for a lab without one', () => {
    expect(problemOf(() => describeBench(labWithNic(), [], settings))).toMatchObject({
      code: 'LAB-BENCH-NONE',
      message: expect.stringContaining('example') as string,
      hint: expect.stringContaining('`bench`') as string,
    });
  });
});

describe('an image', () => {
  it('is one of lab’s own, or one that a machine of the lab boots', () => {
    expect(findImage('micro', undefined)).toEqual({ name: 'micro', image: 'micro', kernelFlavour: 'cloud' });
    const own = findImage('container-host', join(labs, 'cni-igb'));
    expect(own).toMatchObject({ name: 'container-host', kernelFlavour: 'generic' });
    expect(typeof own.image).toBe('object');
    const unknown = problemOf(() => findImage('cloud9', undefined));
    expect(unknown).toMatchObject({
      code: 'LAB-IMAGE-UNKNOWN',
      hint: expect.stringContaining('micro') as string,
    });
    expect(unknown?.message).toContain('`cloud9`');
    expect(problemOf(() => findImage('micro', join(labs, 'cni-igb')))?.hint).toContain('container-host');
    expect(unknown?.hint).toContain('micro, ');
  });

  /** A folder with a qemu-img that writes its arguments to the image it is to make. */
  const fakeQemuImg = (): string => {
    const bin = join(scratch(), 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'qemu-img'), '#!/bin/sh\necho "$@" >"$9"\n', { mode: 0o755 });
    return bin;
  };

  it('is linked where QEMU looks for it, with a new disk on top of its own', async () => {
    const bin = fakeQemuImg();
    const image = { kernel: '/images/kernel', initrd: '/images/initrd', disk: '/images/disk' };
    writeFileSync(join(scratch(), 'guest.disk'), 'old');
    await linkImage('guest', image as BootImage, [], scratch(), bin);
    await linkImage('guest', image as BootImage, [], scratch(), bin);
    expect(readlinkSync(join(scratch(), 'guest.kernel'))).toBe('/images/kernel');
    expect(readlinkSync(join(scratch(), 'guest.initrd'))).toBe('/images/initrd');
    expect(readFileSync(join(scratch(), 'guest.disk'), 'utf8')).toBe(
      'create -q -f qcow2 -b /images/disk -F qcow2 guest.disk\n',
    );
    const diskless = { ...image, disk: null };
    await linkImage('guest', diskless as BootImage, [], scratch(), bin);
    expect(existsSync(join(scratch(), 'guest.disk'))).toBe(false);
    await linkImage('other', diskless as BootImage, [], scratch(), bin);
    expect(existsSync(join(scratch(), 'other.disk'))).toBe(false);
  });

  it('of a machine inside another has its disk there too, as an overlay: QEMU finds the layers below', async () => {
    const outer = { kernel: '/images/kernel', initrd: '/images/initrd', disk: null, digest: '' };
    const inside = [
      { machine: 'node', image: { ...outer, disk: '/images/disk' } },
      { machine: 'small', image: outer },
    ];
    await linkImage('server', outer, inside, scratch(), fakeQemuImg());
    expect(readFileSync(join(scratch(), 'node.disk'), 'utf8')).toBe(
      'create -q -f qcow2 -b /images/disk -F qcow2 node.disk\n',
    );
    expect(existsSync(join(scratch(), 'small.disk'))).toBe(false);
  });
});

describe('what else is told of a lab', () => {
  it('is whether its NICs need the larger kernel: one of them is enough', () => {
    const of = (...models: string[]): Lab =>
      lab({
        machines: {
          guest: {
            nics: Object.fromEntries(models.map((model, at) => [`pf${at}`, { model, backend: 'user' }])),
          },
        },
      });
    expect(kernelFlavourOf(of('virtio-net'))).toBe('cloud');
    expect(kernelFlavourOf(of('virtio-net', 'igb'))).toBe('generic');
    expect(kernelFlavourOf(of())).toBe('cloud');
    expect(kernelWishOf(of('igb'))).toBe('generic');
    expect(kernelWishOf({ ...of('igb'), expect: 'refused' })).toBe('any');
  });

  it('is each reason for which QEMU must refuse it', () => {
    const refused = readLab(join(labs, 'refused/igb-as-vf')).lab;
    expect(refusalReasons(refused).length).toBeGreaterThan(0);
    for (const reason of refusalReasons(refused)) expect(reason).toMatch(/\w+ \w+/);
    expect(refusalReasons(labWithNic({ vfs: 2 }))).toEqual([]);
  });

  it('are the circumstances of a run', () => {
    const { tools } = record(labWithNic());
    const [one, other] = [labWithNic(), labWithNic({ vfs: 1 })].map((of) =>
      observeCircumstances()(tools, of),
    );
    expect(one).toMatchObject({
      qemu: '11.0.0',
      kernel: '6.12.0',
      accelerator: 'tcg',
      accelerationReason: tools.acceleration.reason,
      images: { guest: 'abc123' },
    });
    expect(one?.computer.processors).toBeGreaterThan(0);
    expect(one?.computer.cpu).toBe(cpus()[0]?.model.trim());
    expect((one?.computer.load.begin ?? 0) > 0).toBe((loadavg()[0] ?? 0) > 0);
    expect(one?.labDigest).not.toBe(other?.labDigest);
  });

  it('is what a console said, without what moves a cursor', () => {
    expect(consoleText('\u001bc\u001b[2J\u001b[01;01Ha\r\nb\u001b[?25h\r\n')).toBe('a\nb\n');
    expect(consoleText('[1m]c')).toBe('[1m]c');
  });
});
