import { iperf3 } from './iperf3.js';
import { measurements, type Measurement } from './measurements.js';
import { netperf } from './netperf.js';
import type { BenchSettings } from './result.js';
import type { Tool, ToolName } from './tool.js';

const tools: Readonly<Record<ToolName, Tool>> = { netperf, iperf3 };

/** A measurement, and the tool that takes it. */
export interface PlannedMeasurement {
  readonly measurement: Measurement;
  readonly tool: Tool;
}

/**
 * What a bench measures: the measurements named in `only`, or, when it names none, all of them or those of a quick run. netperf
 * always measures latency, because iperf3 has no request/response test.
 */
export function benchPlan(
  only: readonly string[],
  { tool, quick }: Pick<BenchSettings, 'tool' | 'quick'>,
): PlannedMeasurement[] {
  return measurements
    .filter(({ name, quick: inQuick }) => (only.length > 0 ? only.includes(name) : inQuick || !quick))
    .map((measurement) => ({
      measurement,
      tool: measurement.kind === 'latency' ? netperf : tools[tool],
    }));
}
