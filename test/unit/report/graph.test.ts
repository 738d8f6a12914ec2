import { parseXml } from '../../support/xml.js';
import { describe, expect, test } from 'vitest';
import { functionsOf, type Lab } from '../../../src/model/lab.js';
import { drawLab, GRAPH_FORMATS } from '../../../src/report/graph/formats.js';
import { drawnBoxes, type Box } from '../../../src/report/graph/graph.js';
import { labGraph } from '../../../src/report/graph/lab-graph.js';
import { lab as labOf, labWithNic } from '../../support/definition.js';

const mixed = labOf({
  name: 'mixed',
  networks: { lan: { mtu: 9000 }, wan: { subnet: '192.168.100.0/24' } },
  peers: { server: { network: 'wan' }, other: { network: 'lan' } },
  machines: {
    'a-b': { nics: { c: { backend: 'user' } } },
    a: {
      nics: {
        'b-c': {
          backend: { tap: 'lan' },
          vfs: [{}, { backend: 'user' }, { backend: { tap: 'wan' }, mtu: 1400 }],
        },
        many: {
          backend: { tap: 'lan' },
          vfs: Array.from({ length: 12 }, (_, index) => (index % 2 === 0 ? {} : { backend: 'user' })),
        },
      },
    },
    empty: {},
  },
});

const cluster = labOf({
  name: 'cluster',
  networks: { lan: {} },
  peers: { server: { network: 'lan' }, control: { network: 'lan' } },
  machines: {
    one: { nics: { uplink: { backend: { tap: 'lan' } }, pf0: { backend: { tap: 'lan' }, vfs: 2 } } },
    two: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
    other: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
  },
  kubernetes: { 'control-plane': 'control', nodes: ['one', 'two'] },
});

const inMachine = labOf({
  name: 'cluster',
  networks: { lan: {} },
  machines: {
    one: { nics: { uplink: { backend: { tap: 'lan' } }, pf0: { backend: { tap: 'lan' }, vfs: 2 } } },
    two: { nics: { pf0: { backend: { tap: 'lan' }, vfs: 1 } } },
  },
  kubernetes: { 'control-plane': 'one', nodes: ['one', 'two'] },
});

function texts(text: string): string {
  return text.replaceAll('#58;', ':');
}

describe.each(GRAPH_FORMATS)('%s', (format) => {
  test.each([1, 3, 8, 9, 64, 255])('shows every function of a lab with %i VFs', (count) => {
    expectAllFunctions(labWithNic({ vfs: count }));
  });

  test('shows every function, network and peer of a lab of all sorts', () => {
    expectAllFunctions(mixed);
  });

  test('shows the control plane, the nodes and the networks of pods', () => {
    expectAllFunctions(cluster);
    const drawing = texts(drawLab(cluster, format));
    const { kubernetes } = cluster;
    expect(drawing).toContain(`Kubernetes ${kubernetes?.version ?? ''}`);
    expect(drawing).toContain(`API server ${kubernetes?.controlPlane.address ?? ''}`);
    for (const { pods } of kubernetes?.nodes ?? []) expect(drawing).toContain(pods);
    expect(drawing.split('Kubernetes node')).toHaveLength(3);
    expect(drawing).toMatch(/sriov\.lab(\/|#47;)pf0: 2 VFs/);
    expect(drawing).toMatch(/sriov\.lab(\/|#47;)pf0: 1 VF\b/);
  });

  test('shows a control plane in a machine, and the peer of its clients', () => {
    expectAllFunctions(inMachine);
    const drawing = texts(drawLab(inMachine, format));
    expect(drawing.split('control plane')).toHaveLength(2);
    expect(drawing).toContain(`API server ${inMachine.kubernetes?.controlPlane.address ?? ''}`);
    expect(drawing.split('Kubernetes node')).toHaveLength(3);
    expect(drawing).toContain('peer administrator');
    expect(drawing).toContain('runs kubectl');
    expect(texts(drawLab(cluster, format))).not.toContain('runs kubectl');
  });

  function expectAllFunctions(lab: Lab): void {
    const drawing = texts(drawLab(lab, format));
    for (const pciFunction of lab.machines.flatMap(({ nics }) => nics.flatMap(functionsOf))) {
      expect(drawing).toContain(pciFunction.bdf);
      expect(drawing).toContain(pciFunction.mac);
      if (pciFunction.address !== null) expect(drawing).toContain(pciFunction.address);
      if (pciFunction.backend?.type === 'tap') expect(drawing).toContain(pciFunction.backend.ifname);
    }
    for (const { name, subnet } of lab.networks) {
      expect(drawing).toContain(`network ${name}`);
      expect(drawing).toContain(subnet);
    }
    for (const { name, address } of lab.peers) {
      expect(drawing).toContain(`peer ${name}`);
      expect(drawing).toContain(address);
    }
  }

  test('is the same every time', () => {
    expect(drawLab(mixed, format)).toBe(drawLab(structuredClone(mixed), format));
  });
});

describe('the view', () => {
  test('gives every box an id of its own that is a plain word, and links boxes that are there', () => {
    const graph = labGraph(mixed);
    const ids = [...drawnBoxes(graph.root)].map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[A-Za-z]\w*$/);
    for (const { from, to } of graph.links) expect(ids).toEqual(expect.arrayContaining([from, to]));
  });

  test('leads every tap to its network, and a user backend to none', () => {
    const { links } = labGraph(mixed);
    const toNetworks = links
      .filter(({ from }) => from.startsWith('backend_'))
      .map(({ from, to }) => [from, to]);
    expect(toNetworks).toEqual([
      ['backend_a_b_c_2', 'network_lan'],
      ['backend_a_b_c_vf0', 'network_lan'],
      ['backend_a_b_c_vf2', 'network_wan'],
      ['backend_a_many', 'network_lan'],
      ['backend_a_many_vfs', 'network_lan'],
    ]);
  });

  test('says the MTU of a function where it is not its network’s', () => {
    const boxes = [...drawnBoxes(labGraph(mixed).root)];
    const withMtu = boxes.filter(
      ({ kind, lines }) => kind === 'vf' && lines.some((line) => line.startsWith('MTU')),
    );
    expect(withMtu.map(({ title, lines }) => [title, lines.at(-1)])).toEqual([['VF vf2', 'MTU 1400']]);
  });

  test('has one box for many VFs with like backends', () => {
    const groups = [...drawnBoxes(labGraph(mixed).root)].filter(({ kind }) => kind === 'vf-group');
    expect(groups.map(({ title, boxes }) => [title, boxes.length])).toEqual([
      ['6 VFs', 6],
      ['6 VFs', 6],
    ]);
  });
});

describe('machines inside machines', () => {
  const inner = (nic: string, on: string): object => ({
    on,
    nics: { [nic]: { backend: { vdpa: 'a.vf1' }, vfs: 2 } },
  });
  const nested = labOf({
    networks: { wire: { vlans: [10] } },
    machines: {
      one: { nics: { a: { backend: { tap: 'wire', vlan: 10 }, vfs: 2 } } },
      two: inner('a', 'one'),
      three: inner('c', 'two'),
    },
  });

  /** In which machine each box of a kind is. */
  function parentsOf(kind: string, of: Lab): Map<string, string> {
    const parents = new Map<string, string>();
    const visit = (box: Box, machine: string): void => {
      if (box.kind === kind) parents.set(box.title, machine);
      for (const one of box.boxes) visit(one, box.kind === 'machine' ? box.title : machine);
    };
    visit(labGraph(of).root, '');
    return parents;
  }

  test('are drawn within each other, however deep', () => {
    expect([...parentsOf('machine', nested)]).toEqual([
      ['machine one', ''],
      ['machine two', 'machine one'],
      ['machine three', 'machine two'],
    ]);
  });

  test('lead by vDPA to the function of the machine around them', () => {
    const { root, links } = labGraph(nested);
    const titles = new Map([...drawnBoxes(root)].map(({ id, title }) => [id, title]));
    const vdpa = links.filter(({ from }) => titles.get(from)?.endsWith('vDPA') === true);
    expect(vdpa.map(({ to }) => to)).toEqual([
      ...Array.from({ length: 3 }, () => 'one_a_vf1'),
      ...Array.from({ length: 3 }, () => 'two_a_vf1'),
    ]);
  });

  const bridged = labOf({
    networks: {
      wire: { mtu: 9000 },
      inner: { on: 'one', uplink: 'a.vf1' },
      alone: { on: 'one', subnet: '10.9.0.0/24' },
      unused: { on: 'two' },
    },
    machines: {
      one: { nics: { a: { backend: { tap: 'wire' }, vfs: 2 } } },
      two: {
        on: 'one',
        nics: {
          b: {
            backend: { vdpa: 'a.vf0' },
            vfs: [{ backend: { tap: 'inner' } }, { backend: { tap: 'alone' } }],
          },
          c: { backend: { tap: 'inner' }, mtu: 1400 },
        },
      },
    },
  });

  test('have the networks in them that are there, and none of them anywhere else', () => {
    expect([...parentsOf('network', bridged)]).toEqual([
      ['network unused', 'machine two'],
      ['network inner', 'machine one'],
      ['network alone', 'machine one'],
      ['network wire', ''],
    ]);
  });

  test('lead out of a network by its uplink', () => {
    const { links } = labGraph(bridged);
    const leaving = links.filter(({ from }) => from.startsWith('network_'));
    expect(leaving).toEqual([{ from: 'network_inner', to: 'one_a_vf1' }]);
  });

  test('say the uplink of a network, and its subnet only if that is its own', () => {
    const lines = new Map([...drawnBoxes(labGraph(bridged).root)].map((box) => [box.title, box.lines]));
    expect(lines.get('network inner')).toEqual(['bridge inner', 'uplink a.vf1', 'MTU 9000']);
    expect(lines.get('network alone')).toEqual(['bridge alone', '10.9.0.0/24', 'MTU 1500']);
  });

  test('say the MTU of a function where it is not that of the network where its packets come out', () => {
    const said = [...drawnBoxes(labGraph(bridged).root)].filter(
      ({ kind, lines }) => kind !== 'network' && lines.some((line) => line.startsWith('MTU')),
    );
    expect(said.map(({ id, lines }) => [id, lines.at(-1)])).toEqual([['two_c', 'MTU 1400']]);
  });

  test('say the VLAN of a port and those of a network', () => {
    const text = texts(drawLab(nested, 'mermaid'));
    expect(text.match(/VLAN 10/g)).toHaveLength(3);
    expect(text).toContain('VLANs 10');
  });

  test.each(GRAPH_FORMATS)('are drawn in every format (%s)', (format) => {
    for (const { name } of nested.machines) expect(drawLab(nested, format)).toContain(`machine ${name}`);
  });
});

test('a lab that QEMU must refuse says so in its picture', () => {
  const refused = labOf({ expect: 'refused', machines: { guest: { nics: { a: { backend: 'user' } } } } });
  expect(drawLab(refused, 'dot')).toContain('QEMU must refuse this composition');
});

describe('hostile text', () => {
  const hostile =
    '"></text><script>alert(1)</script><!-- & \' \\" \\ `x` #35; %%{init: {}}%% ]]> end; {{a}} \u2028 日本 \ud800';
  const lab: Lab = { ...labWithNic({ vfs: 1 }), name: hostile, summary: hostile };

  test('stays text in SVG', () => {
    const root = parseXml(drawLab(lab, 'svg'), { declaration: false });
    expect(root.names()).not.toContain('script');
    const shown = hostile.replace('\ud800', '').replace('\u2028', String.raw`\u2028`);
    expect(root.find('desc').text).toBe(shown);
    expect(root.find('title').text).toBe(`Topology of lab ${shown}`);
  });

  test('stays within its quotes in Mermaid', () => {
    const lines = drawLab(lab, 'mermaid').split('\n');
    expect(JSON.parse((lines[1] ?? '').replace(/^title: /, ''))).toBe(
      `${hostile}: ${hostile}`.replaceAll('&', '+').replaceAll('<', '‹').replaceAll('>', '›'),
    );
    for (const line of lines.slice(5)) {
      expect(line.match(/"/g)?.length ?? 0).toBeOneOf([0, 2]);
      expect(line).not.toMatch(/%%|<script|`|\u2028/);
    }
    expect(lines.length).toBe(drawLab(labWithNic({ vfs: 1 }), 'mermaid').split('\n').length);
  });

  test('stays within its quotes in DOT', () => {
    const dot = drawLab(lab, 'dot');
    const outside = dot.replace(/"(?:[^"\\]|\\.)*"/g, '""');
    expect(outside).toBe(drawLab(labWithNic({ vfs: 1 }), 'dot').replace(/"(?:[^"\\]|\\.)*"/g, '""'));
  });
});

test('a cluster is drawn where it is: the control plane in its peer, its nodes and pods’ networks leading to their uplinks', () => {
  const { root, links } = labGraph(cluster);
  const boxes = new Map([...drawnBoxes(root)].map((box) => [box.id, box]));
  const inPeer = boxes.get('peer_control')?.boxes.map(({ id }) => id);
  expect(inPeer).toEqual(['control_plane_control']);
  expect(boxes.get('peer_server')?.boxes).toEqual([]);
  expect(links).toContainEqual({ from: 'network_lan', to: 'control_plane_control' });
  const from = (id: string): string[] =>
    links.flatMap((link) => (link.from === id ? [boxes.get(link.to)?.title ?? ''] : []));
  expect([from('node_one'), from('pods_one')]).toEqual([['function uplink'], ['function uplink']]);
  expect([from('node_two'), from('pods_two')]).toEqual([['PF pf0'], ['PF pf0']]);
  expect([...boxes.keys()].filter((id) => id.endsWith('_other') && /^(node|pods)/.test(id))).toEqual([]);
});
