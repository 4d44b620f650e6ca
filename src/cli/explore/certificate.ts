/** `kubeloom explore --exhaustive`: every interleaving of a bounded scenario, and a certificate of it that a second run can be held against. */
import { readFileSync, writeFileSync } from 'node:fs';
import { SingleBar } from 'cli-progress';
import { newCertification } from '../../explore/exhaustive/certificate.ts';
import type { Certificate, Certification, Certified } from '../../explore/exhaustive/certificate.ts';
import { newTraceCertification } from '../../explore/exhaustive/trace-certificate.ts';
import type { TraceCertificate } from '../../explore/exhaustive/trace-certificate.ts';
import type { Reduction, StateView } from '../../explore/exhaustive/state-view.ts';
import type { FailureReport } from '../../explore/report.ts';
import type { Property } from '../../properties/property.ts';
import { scenarioDigest } from '../../scenario/scenario.ts';
import type { Scenario } from '../../scenario/scenario.ts';
import { clusterSubject } from '../../testing/cluster-subject.ts';
import type { Console } from '../console.ts';
import { exitCodes } from '../exit-codes.ts';
import type { ExitCode } from '../exit-codes.ts';
import { certificateJson, certificateLines } from '../output/certificate-report.ts';
import { keepScenario } from '../scenario-store.ts';
import { advanceSearch } from './advance-search.ts';
import { propertiesOf } from './campaign-work.ts';
import { explainFailure } from './explain-failure.ts';
import type { ExploreFlags } from './explore-flags.ts';
import type { ExplorePlan } from './explore-plan.ts';
import type { Interruption } from './interruption.ts';

const FORMAT = 'kubeloom-certificate/1';

type Search = Certification<Certificate | TraceCertificate>;
type Found = Certified<Certificate | TraceCertificate>;

interface CertificateFile { readonly format: string; readonly scenario: string; readonly fingerprint: string }

const writeCertificate = (file: string, scenario: Scenario, { certificate }: Found): void => {
  writeFileSync(file, `${JSON.stringify({ format: FORMAT, scenario: scenarioDigest(scenario), ...certificate }, undefined, 2)}\n`);
};

/** Or what is wrong with it. */
const readCertificate = (file: string, scenario: Scenario): CertificateFile | string => {
  try {
    const read = JSON.parse(readFileSync(file, 'utf8')) as Partial<CertificateFile>;
    const wrong = (field: keyof CertificateFile, expected: string, hint = ''): string =>
      `${file}: ${field}: Expected ${expected}. Instead, received ${JSON.stringify(read[field]) ?? 'nothing'}.${hint}`;
    const digest = scenarioDigest(scenario);
    if (read.format !== FORMAT) return wrong('format', `"${FORMAT}"`, ' Hint: a certificate of another version cannot be rechecked.');
    if (typeof read.fingerprint !== 'string') return wrong('fingerprint', '16 hexadecimal digits');
    if (read.scenario !== digest) return wrong('scenario', `"${digest}", the digest of what is searched`, ' Hint: give the same files and flags.');
    return read as CertificateFile;
  } catch (thrown) {
    return `${file}: Expected a certificate that --certificate wrote. Instead, received: ${thrown instanceof Error ? thrown.message : String(thrown)}`;
  }
};

const progressOn = (stream: NodeJS.WriteStream, what: Reduction): { readonly show: (so: ReturnType<Search['progress']>) => void; readonly stop: () => void } => {
  if (stream.isTTY !== true) return { show: () => undefined, stop: () => undefined };
  const bar = new SingleBar({ stream, clearOnComplete: true, hideCursor: true, gracefulExit: false, format: `{visited} ${what}  {perSecond}/s  {transitions} transitions  suspicions {suspicions}` });
  const since = performance.now();
  bar.start(1, 0, { visited: 0, transitions: 0, perSecond: 0, suspicions: 0 });
  return { show: (so) => bar.update(0, { ...so, perSecond: Math.round(so.visited / (performance.now() - since) * 1000) }), stop: () => bar.stop() };
};

const exitCodeOf = ({ certificate, failures }: Found, reports: readonly FailureReport[], expected: string | undefined): ExitCode => {
  if (failures.length > reports.length || (expected !== undefined && expected !== certificate.fingerprint)) return exitCodes.mismatch;
  if (failures.length > 0) return exitCodes.violated;
  return certificate.exhausted ? exitCodes.fine : exitCodes.budget;
};

/** Messages lag behind the clock only where it is asked for: else time stands still while anything is under way, which is what keeps the space small. */
const bounded = (scenario: Scenario, lagMs: number | undefined): Scenario => ({ ...scenario, topology: { ...scenario.topology, lagMs: lagMs ?? 0 } });

const judgedIn = ({ properties, asked }: ExplorePlan): readonly Property[] =>
  propertiesOf(properties).filter(({ appliesTo }) => asked === undefined || appliesTo === undefined || appliesTo(asked));

/** What of the flags does not go with searching traces. */
const misfitOfTraces = ({ topology: { lagMs } }: Scenario, { isShortest }: ExploreFlags): string | undefined => {
  if (isShortest) return '--reduction traces: Expected a search that goes depth first. Instead, received --shortest. Hint: leave it out, or search states.';
  if (lagMs !== 0) return `--reduction traces: Expected no lag. Instead, received --lag ${lagMs}ms. Hint: leave it out, or search states.`;
  return undefined;
};

const searchOf = (scenario: Scenario, plan: ExplorePlan, { grain, reduction, isShortest }: ExploreFlags): Search => {
  const subject = clusterSubject(scenario);
  const view = subject.stateView as StateView;
  const options = { scenario: scenarioDigest(scenario), grain, properties: judgedIn(plan), budget: plan.options.budget };
  return reduction === 'traces' ? newTraceCertification(subject, view, options)
    : newCertification(subject, view, { ...options, order: isShortest ? 'breadth-first' : 'depth-first' });
};

export const certificateCommand = async (console: Console, plan: ExplorePlan, flags: ExploreFlags, interruption: Interruption): Promise<ExitCode> => {
  const scenario = bounded(plan.scenario, flags.lagMs);
  const known = flags.recheck === undefined ? undefined : readCertificate(flags.recheck, scenario);
  if (typeof known === 'string') {
    console.err(known);
    return exitCodes.badInput;
  }
  const misfit = flags.reduction === 'traces' ? misfitOfTraces(scenario, flags) : undefined;
  if (misfit !== undefined) {
    console.err(misfit);
    return exitCodes.badInput;
  }
  keepScenario(scenario);
  const search = searchOf(scenario, plan, flags);
  const since = performance.now();
  const { show, stop } = progressOn(process.stderr, flags.reduction);
  await advanceSearch({ advance: search.advance, show: () => show(search.progress()), stop }, flags.timeMs, interruption);
  const wallMs = performance.now() - since;
  const certified = search.result();
  const reports = certified.failures
    .map((failure) => explainFailure(scenarioDigest(scenario), scenario, { ...failure, index: 0, seen: 1 }, { ...plan.options, strategy: 'fifo' }, certified.certificate.transitions, flags.shrink))
    .filter((report) => report !== undefined);
  if (flags.certificate !== undefined) writeCertificate(flags.certificate, scenario, certified);
  const searched = { certified, reports, wallMs, isInterrupted: interruption.isAsked(), expected: known?.fingerprint };
  console.out(flags.output === 'json' ? JSON.stringify(certificateJson(searched)) : certificateLines(searched).join('\n'));
  return exitCodeOf(certified, reports, known?.fingerprint);
};
