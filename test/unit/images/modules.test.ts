import { describe, expect, it } from 'vitest';
import { ModuleDependencies } from '../../../src/images/micro/modules.js';

/** As depmod writes it: each line has the needs of needs as well. */
const dependencies = new ModuleDependencies(
  [
    'kernel/net/core/failover.ko.xz:',
    'kernel/drivers/net/net_failover.ko.xz: kernel/net/core/failover.ko.xz',
    'kernel/drivers/net/virtio_net.ko.xz: kernel/drivers/net/net_failover.ko.xz kernel/net/core/failover.ko.xz kernel/drivers/virtio/virtio.ko.xz kernel/drivers/virtio/virtio_ring.ko.xz',
    'kernel/drivers/virtio/virtio.ko.xz: kernel/drivers/virtio/virtio_ring.ko.xz',
    'kernel/drivers/virtio/virtio_ring.ko.xz:',
    'kernel/drivers/char/virtio-console.ko.zst: kernel/drivers/virtio/virtio.ko.xz kernel/drivers/virtio/virtio_ring.ko.xz',
    'kernel/net/8021q/8021q.ko:',
    '',
  ].join('\n'),
);

describe('the modules that an image needs', () => {
  it('are those that are wanted with all that they need, each once, in one order', () => {
    expect(dependencies.closure(['virtio_net', 'virtio_console'])).toEqual([
      'kernel/drivers/char/virtio-console.ko.zst',
      'kernel/drivers/net/net_failover.ko.xz',
      'kernel/drivers/net/virtio_net.ko.xz',
      'kernel/drivers/virtio/virtio.ko.xz',
      'kernel/drivers/virtio/virtio_ring.ko.xz',
      'kernel/net/core/failover.ko.xz',
    ]);
    expect(dependencies.closure(['virtio_console', 'virtio_net'])).toEqual(
      dependencies.closure(['virtio_net', 'virtio_console']),
    );
  });

  it('are found by name whatever the file’s compression and dashes', () => {
    expect(dependencies.closure(['8021q'])).toEqual(['kernel/net/8021q/8021q.ko']);
  });

  it('are none for what the kernel has built in, and for nothing', () => {
    expect(dependencies.closure(['virtio_pci'])).toEqual([]);
    expect(dependencies.closure([])).toEqual([]);
    expect(new ModuleDependencies('').closure(['virtio_net'])).toEqual([]);
  });
});
