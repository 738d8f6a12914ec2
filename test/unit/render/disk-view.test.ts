import { expect, it } from 'vitest';
import { findByName } from '../../../src/model/lab.js';
import { diskViews } from '../../../src/render/disk-view.js';
import { lab } from '../../support/definition.js';

/** A node in a server in a rack, and a small guest beside it. */
const nested = lab({
  machines: {
    rack: {},
    server: { on: 'rack' },
    node: { on: 'server', image: 'debian-13' },
    small: { on: 'server' },
  },
});

function disksOf(machine: string): { option: string; content: string; device: string }[] {
  return diskViews(findByName(nested.machines, machine)).map(({ option, content, id, addr, serial }) => ({
    option,
    content,
    device: [id, addr, serial].join(' '),
  }));
}

it('a disk is handed in from machine to machine, read only, until it is where its machine runs', () => {
  const cache = 'cache.direct=off,cache.no-flush=on';
  expect(disksOf('rack')).toEqual([
    {
      option: '-blockdev',
      content: `driver=qcow2,node-name=disk-node,read-only=on,${cache},file.driver=file,file.filename=node.disk`,
      device: 'disk-node 0x1e node',
    },
  ]);
  expect(disksOf('server')).toEqual([
    {
      option: '-blockdev',
      content: `driver=host_device,node-name=disk-node,read-only=on,${cache},filename=/dev/disk/by-id/virtio-node`,
      device: 'disk-node 0x1e node',
    },
  ]);
});

it('what a machine inside another writes to its disk is gone when it ends', () => {
  const [own, ...others] = disksOf('node');
  expect(others).toEqual([]);
  expect(own?.option).toBe('-drive');
  expect(own?.content.split(',')).toEqual(
    expect.arrayContaining([
      'id=disk',
      'format=raw',
      'snapshot=on',
      'file.filename=/dev/disk/by-id/virtio-node',
    ]),
  );
  expect(disksOf('small')).toEqual([]);
});

it('several disks are the functions of one device', () => {
  const two = lab({
    machines: {
      server: {},
      one: { on: 'server', image: 'debian-13' },
      other: { on: 'server', image: 'debian-13' },
    },
  });
  const places = diskViews(findByName(two.machines, 'server')).map(({ addr, multifunction }) => [
    addr,
    multifunction,
  ]);
  expect(places).toEqual([
    ['0x1e.0', true],
    ['0x1e.1', true],
  ]);
});
