import * as Flags from '@oclif/core/flags';
import { measurementNames } from '../bench/measurements.js';
import { CONFIDENCE, type BenchSettings } from '../bench/result.js';
import { durationFlag } from './duration-flag.js';
import { toolNames, type ToolName } from '../bench/tool.js';

/** Duration of each run, in seconds. */
const SECONDS = { quick: 1, full: 3 };
const RUNS = { quick: 3, full: 7 };
const WARM_UPS = 1;
const MAX_LOSS_PERCENT = 25;
const MAX_RETRANSMIT_PERCENT = 5;

export const benchFlags = {
  quick: Flags.boolean({
    default: false,
    description: `fewer measurements, ${RUNS.quick} runs of ${SECONDS.quick} s each: a demonstration`,
  }),
  runs: Flags.integer({
    description: `runs of each measurement on each side; default ${RUNS.full}, with --quick ${RUNS.quick}`,
    helpValue: 'N',
    min: 1,
    max: 1000,
  }),
  seconds: durationFlag(
    { unit: 's', min: 1, max: 3600 },
    { description: `duration of each run; default ${SECONDS.full}s, with --quick ${SECONDS.quick}s` },
  ),
  tool: Flags.option({
    options: toolNames,
    default: 'netperf' as ToolName,
    description: 'tool that measures throughput; netperf always measures latency',
  })(),
  only: Flags.option({
    options: measurementNames,
    multiple: true,
    multipleNonGreedy: true,
    default: [],
    description: 'take only this measurement; may be repeated',
  })(),
  expect: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    default: [],
    description:
      "exit with 1 unless the bench shows this, such as 'throughput>=2' or 'latency<=-100us'; may be repeated",
    helpValue: 'WHAT',
  }),
  'max-loss': Flags.integer({
    description: 'refuse a result if more UDP_STREAM datagrams are lost',
    helpValue: 'PERCENT',
    default: MAX_LOSS_PERCENT,
    min: 0,
    max: 100,
  }),
  'max-retransmits': Flags.integer({
    description: 'refuse a result if more TCP segments are retransmitted',
    helpValue: 'PERCENT',
    default: MAX_RETRANSMIT_PERCENT,
    min: 0,
    max: 100,
  }),
  junit: Flags.string({
    description: 'also write the verdicts as JUnit XML, however the run ends',
    helpValue: 'FILE',
  }),
  keep: Flags.boolean({ description: 'leave the lab up' }),
  'dry-run': Flags.boolean({
    description: 'print what would be measured and how long it takes, and do nothing',
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
