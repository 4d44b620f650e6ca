import { it } from 'vitest';
import { canaries } from './canaries.ts';
import { judge } from './judge.ts';
import { propertyNamed, judgedProperties } from '../../src/properties/index.ts';
import type { Property } from '../../src/properties/index.ts';
import { appendFileSync } from 'node:fs';
const only = process.env['ONLY'];
const N = Number(process.env['SEEDS'] ?? '5');
const D = Number(process.env['DEF'] ?? '2');
it('scratch', () => {
  for (const c of canaries) {
    if (only !== undefined && !only.split(',').includes(c.property)) continue;
    const p = propertyNamed(c.property) as Property;
    let out = `${c.property} ${c.variant}: `;
    const t0 = performance.now();
    try {
      let found = -1; let msg = ''; let last = '';
      for (let s = 1; s <= N && found < 0; s += 1) {
        const r = judge([p], { ...c.scenario, variants: [c.variant] }, `canary-${s}`, c.options);
        last = `${r.result.outcome} steps=${r.result.steps} ev=${r.checker.evaluated().get(p.id)} ${[...r.checker.broken().values()]} missing=${r.result.missing.join(';')}`;
        if (r.findings.length > 0) { found = s; msg = r.findings[0]?.message ?? ''; }
      }
      out += found < 0 ? `NOT CAUGHT (${last})` : `caught at ${found}: ${msg}`;
    } catch (e) { out += `THREW ${String((e as Error).stack).slice(0, 700)}`; }
    const t1 = performance.now();
    out += `\n   ${Math.round(t1 - t0)}ms; default: `;
    try {
      for (let s = 1; s <= D; s += 1) {
        const r = judge(judgedProperties, c.scenario, `default-${s}`, c.options);
        out += `[${r.result.outcome} ${r.result.steps} ev=${r.checker.evaluated().get(p.id)} ${r.findings.map((f) => `${f.property}: ${f.message}`).join(' | ')} ${r.result.missing.join(';')}]`;
      }
    } catch (e) { out += `THREW ${String((e as Error).stack).slice(0, 700)}`; }
    out += ` ${Math.round(performance.now() - t1)}ms\n`;
    appendFileSync('/tmp/canaries.txt', out);
  }
}, 600_000);
