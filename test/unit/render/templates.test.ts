import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseArguments, renderLab } from '../../../src/lab/artefacts.js';
import { packageFolder } from '../../../src/model/folders.js';
import { renderTemplate, type Views } from '../../../src/render/templates.js';
import { run } from '../../../src/process/run.js';
import { lab, labWithNic } from '../../support/definition.js';

const facts = { vhostNet: false, accelerator: 'tcg', acceleratorInside: 'tcg' } as const;

describe('renderTemplate', () => {
  it('refuses a view that lacks something', () => {
    expect(() =>
      renderTemplate('network.sh', { networks: [], taps: [], peers: [] } as unknown as Views['network.sh']),
    ).toThrow('"name" not defined');
  });

  it('escapes nothing for HTML', () => {
    const text = renderTemplate('README.md', {
      name: 'a&b',
      summary: '<"\'>',
      machines: [],
      around: [],
      peers: [],
      checks: [],
      controlPlaneHere: false,
      cluster: null,
    });
    expect(text).toContain('a&b');
    expect(text).toContain('<"\'>');
  });

  it('finds no logic in the templates beyond each, if, partials and comments', () => {
    const folder = join(packageFolder(), 'src/templates');
    const templates = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      name.endsWith('.hbs'),
    );
    expect(templates.length).toBeGreaterThan(5);
    for (const name of templates) {
      const blocks = [...readFileSync(join(folder, name), 'utf8').matchAll(/\{\{#(\w+)/g)].map(
        ([, word]) => word,
      );
      expect({ name, others: blocks.filter((word) => !['each', 'if'].includes(word ?? '')) }).toEqual({
        name,
        others: [],
      });
    }
  });
});

describe('a machine’s QEMU', () => {
  it('writes the trace events that the machine asks for, and none otherwise', () => {
    const optionsOf = (trace: string[]): string[] => {
      const artefacts = renderLab(lab({ machines: { guest: { trace } } }), facts);
      const options = parseArguments(artefacts.find(({ path }) => path === 'guest.qemu')?.content ?? '');
      return options.filter((_, index) => options[index] === '-trace' || options[index - 1] === '-trace');
    };
    expect(optionsOf(['sriov_*', 'pci_cfg_write'])).toEqual([
      '-trace',
      'enable=sriov_*',
      '-trace',
      'enable=pci_cfg_write',
    ]);
    expect(optionsOf([])).toEqual([]);
  });
});

describe('a machine that runs machines', () => {
  const argumentsOf = (
    settings: Record<string, unknown>,
    accelerator: 'kvm' | 'tcg',
  ): { cpu: string | undefined; modules: string | undefined } => {
    const nested = lab({ machines: { server: settings, guest: { on: 'server', image: 'micro' } } });
    const artefacts = renderLab(nested, { vhostNet: false, accelerator, acceleratorInside: accelerator });
    const options = parseArguments(artefacts.find(({ path }) => path === 'server.qemu')?.content ?? '');
    const modules = /lab\.modules=(\S+)/.exec(options[options.indexOf('-append') + 1] ?? '')?.[1];
    return { cpu: options[options.indexOf('-cpu') + 1], modules };
  };

  it('has SVM and KVM under emulation if it has one processor', () => {
    const { cpu, modules } = argumentsOf({ cpus: 1 }, 'tcg');
    expect(cpu).toContain('+svm,+npt');
    expect(modules).toBe('kvm_in_tcg');
  });

  it('has neither if it has several, where the kernel would hang, or a disk, which lacks the module', () => {
    expect(argumentsOf({}, 'tcg')).toEqual({ cpu: 'Nehalem,+x2apic', modules: undefined });
    const { cpu, modules } = argumentsOf({ cpus: 1, image: 'debian-13' }, 'tcg');
    expect([cpu, modules]).toEqual(['Nehalem,+x2apic', undefined]);
  });

  it('runs guests whose timers wait for the tick if its KVM is emulated, and no others', () => {
    const withTickOnly = (settings: Record<string, unknown>, accelerator: 'kvm' | 'tcg'): string[] => {
      const nested = lab({ machines: { server: settings, guest: { on: 'server', image: 'micro' } } });
      const facts = { vhostNet: false, accelerator, acceleratorInside: accelerator };
      const files = renderLab(nested, facts).filter(({ path }) => path.endsWith('.qemu'));
      return files
        .filter(({ content }) => content.includes('highres=off nohz=off lapic=notscdeadline'))
        .map(({ path }) => path);
    };
    expect(withTickOnly({ cpus: 1 }, 'tcg')).toEqual(['server/guest.qemu']);
    expect(withTickOnly({}, 'tcg')).toEqual([]);
    expect(withTickOnly({ cpus: 1 }, 'kvm')).toEqual([]);
  });

  it('has the computer’s own processor under KVM, and the modules for either maker’s', () => {
    expect(argumentsOf({}, 'kvm')).toEqual({ cpu: 'max', modules: 'kvm_amd,kvm_intel' });
  });
});

describe('rendered shell scripts', () => {
  const labs = {
    'one VF': labWithNic({ vfs: 1 }, ['vf-creation', 'hotplug-free', 'traffic']),
    '255 VFs': labWithNic({ vfs: 255 }, ['vf-creation', 'hotplug-free', 'traffic']),
    'user networking': lab({
      machines: { guest: { nics: { pf0: { backend: 'user', vfs: 2 } } } },
      checks: ['vf-creation', 'hotplug-free', 'traffic'],
    }),
    'nothing but a machine': lab({ machines: { guest: {} } }),
  };

  it.each(Object.entries(labs))('are what a shell can parse: %s', async (_, resolved) => {
    const scripts = renderLab(resolved, facts).filter(({ path }) => path.endsWith('.sh'));
    expect(scripts.length).toBeGreaterThan(1);
    for (const { path, content } of scripts) {
      const { exitCode, stderr } = await run(['sh', '-n'], { input: content });
      expect({ path, exitCode, stderr }).toEqual({ path, exitCode: 0, stderr: '' });
      expect(content).not.toMatch(/undefined|\[object|NaN|\{\{/);
    }
  });

  it('a summary with shell and Markdown in it stays out of the scripts', () => {
    const summary = '$(touch /tmp/owned) `id` ; rm -rf / #';
    const artefacts = renderLab(lab({ summary, machines: { guest: {} } }), facts);
    const holding = artefacts.filter(({ content }) => content.includes('touch /tmp/owned'));
    expect(holding.map(({ path }) => path)).toEqual(['README.md']);
  });
});

describe('the arguments of QEMU', () => {
  function argumentsOf(resolved: Parameters<typeof renderLab>[0]): string[] {
    const file = renderLab(resolved, facts).find(({ path }) => path === 'guest.qemu');
    return parseArguments(file?.content ?? '');
  }

  it('stand one on a line, without an empty one', () => {
    const parsed = argumentsOf(labWithNic({ vfs: 2 }));
    expect(parsed).not.toContain('');
    expect(parsed[0]).toBe('-name');
  });

  it('define each VF before its PF, each with a netdev of its own', () => {
    const parsed = argumentsOf(labWithNic({ vfs: 3 }));
    const devices = parsed.filter((argument) => argument.startsWith('virtio-net-pci'));
    expect(devices.map((device) => /,id=([^,]+)/.exec(device)?.[1])).toEqual([
      'pf0.vf0',
      'pf0.vf1',
      'pf0.vf2',
      'pf0',
    ]);
    expect(devices.map((device) => device.includes('sriov-pf=pf0'))).toEqual([true, true, true, false]);
    const netdevs = parsed.filter((argument) => argument.startsWith('tap,'));
    expect(new Set(netdevs.map((netdev) => /,ifname=([^,]+)/.exec(netdev)?.[1])).size).toBe(4);
    for (const device of devices) {
      const id = /,netdev=([^,]+)/.exec(device)?.[1] ?? 'none';
      expect(netdevs.filter((netdev) => netdev.includes(`id=${id},`))).toHaveLength(1);
    }
  });

  it('hold the machine’s own kernel arguments last, in its order', () => {
    const parsed = argumentsOf(
      lab({ machines: { guest: { kernelArguments: ['loglevel=7', 'init=/bin/sh'] } } }),
    );
    expect(parsed[parsed.indexOf('-append') + 1]).toMatch(/ loglevel=7 init=\/bin\/sh$/);
  });

  it('are changed by cpus, memory and mtu alone where these are said', () => {
    const parsed = argumentsOf(lab({ machines: { guest: { cpus: 7, memory: '3G' } } }));
    expect(parsed[parsed.indexOf('-smp') + 1]).toBe('7');
    expect(parsed[parsed.indexOf('-m') + 1]).toBe('3072');
  });
});
