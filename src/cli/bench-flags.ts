import * as Flags from '@oclif/core/flags';
import { measurementNames } from '../bench/measurements.js';
import { CONFIDENCE, type BenchSettings } from '../bench/result.js';
import { toolNames, type ToolName } from '../bench/tool.js';

/** Of each run, in seconds; a quick one, and a full one. */
const SECONDS = { quick: 1, full: 3 };
const RUNS = { quick: 3, full: 7 };
const WARM_UPS = 1;
const MAX_LOSS_PERCENT = 25;
const MAX_RETRANSMIT_PERCENT = 5;

export const benchFlags = {
  quick: Flags.boolean({
    default: false,
    description: `a demonstration: fewer measurements, ${RUNS.quick} runs of ${SECONDS.quick} s each`,
  }),
  runs: Flags.integer({
    description: `runs of each measurement in each environment; without it ${RUNS.full}, with --quick ${RUNS.quick}`,
    helpValue: 'N',
    min: 1,
    max: 1000,
  }),
  seconds: Flags.integer({
    description: `how long each run takes; without it ${SECONDS.full}, with --quick ${SECONDS.quick}`,
    helpValue: 'SECONDS',
    min: 1,
    max: 3600,
  }),
  tool: Flags.option({
    options: toolNames,
    default: 'netperf' as ToolName,
    description: 'what measures throughput; latency is always netperf’s to measure',
  })(),
  only: Flags.option({
    options: measurementNames,
    multiple: true,
    multipleNonGreedy: true,
    default: [],
    description: 'only this measurement; may be repeated',
  })(),
  expect: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    default: [],
    description:
      "end with exit code 1 unless this is shown, such as 'throughput>=2' or 'latency<=-100us'; may be repeated",
    helpValue: 'WHAT',
  }),
  'max-loss': Flags.integer({
    description: 'refuse a result when more datagrams of UDP_STREAM are lost',
    helpValue: 'PERCENT',
    default: MAX_LOSS_PERCENT,
    min: 0,
    max: 100,
  }),
  'max-retransmits': Flags.integer({
    description: 'refuse a result when more TCP segments are sent again',
    helpValue: 'PERCENT',
    default: MAX_RETRANSMIT_PERCENT,
    min: 0,
    max: 100,
  }),
  junit: Flags.string({ description: 'write the verdicts as JUnit XML as well', helpValue: 'FILE' }),
  keep: Flags.boolean({ description: 'leave the lab up' }),
  'dry-run': Flags.boolean({
    description: 'say what would be measured and how long it takes, and do nothing',
  }),
};

interface ReadFlags {
  readonly quick: boolean;
  readonly runs: number | undefined;
  readonly seconds: number | undefined;
  readonly tool: ToolName;
  readonly 'max-loss': number;
  readonly 'max-retransmits': number;
}

export function benchSettings(flags: ReadFlags): BenchSettings {
  const size = flags.quick ? 'quick' : 'full';
  return {
    tool: flags.tool,
    quick: flags.quick,
    runs: flags.runs ?? RUNS[size],
    warmUps: WARM_UPS,
    seconds: flags.seconds ?? SECONDS[size],
    maxLossPercent: flags['max-loss'],
    maxRetransmitPercent: flags['max-retransmits'],
    confidence: CONFIDENCE,
  };
}
