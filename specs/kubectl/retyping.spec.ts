/** A user who types a command again until it has an answer (clauses kubectl.retype.*), and what the answers of earlier typings lead to. */
import { describe, expect, it } from 'vitest';
import type { KubeObject } from '../../src/api/object.ts';
import { alreadyExists, notFound } from '../../src/api/status.ts';
import type { Status } from '../../src/api/status.ts';
import { defaultTopology } from '../../src/cluster/topology.ts';
import type { Answer } from '../../src/client/controller.ts';
import { kubectlActor, isUserIdle } from '../../src/components/kubectl/kubectl-actor.ts';
import type { KubectlState } from '../../src/components/kubectl/kubectl-actor.ts';
import { readAnswer } from '../../src/components/kubectl/retyping.ts';
import type { Effect, Env, Input } from '../../src/kernel/transition.ts';
import type { ApiAnswer, FromApiServer, ToApiServer } from '../../src/protocol/api.ts';
import type { UserCommand } from '../../src/protocol/user.ts';
import { faultyRun, podsOf, webSubject } from '../explore/fault-cluster.ts';

const map: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a', namespace: 'default' } };
const pod = { resource: 'pods', namespace: 'default', name: 'p' };
const apply: UserCommand = { kind: 'apply', object: map };
const create: UserCommand = { kind: 'create', object: map };
const remove: UserCommand = { kind: 'delete', target: pod };
const evict: UserCommand = { kind: 'evict', target: pod };

const refusal = (code: number, reason: string): ApiAnswer & Answer => ({ kind: 'refused', code, status: { kind: 'Status', apiVersion: 'v1', status: 'Failure', reason, message: reason, code } as unknown as Status });
const lost: Answer = { kind: 'unknown-outcome', message: 'connection lost' };
const exists = { kind: 'refused', code: 409, status: alreadyExists('', 'configmaps', 'a') } as const;
const gone = { kind: 'refused', code: 404, status: notFound('', 'pods', 'p') } as const;

describe('kubectl.retype.reading', () => {
  it('no answer, and answers that say nothing of the command, are asked for again', () => {
    for (const answer of [lost, refusal(429, 'TooManyRequests'), refusal(500, 'InternalError'), refusal(503, 'ServiceUnavailable'), refusal(504, 'Timeout')]) {
      for (const command of [apply, create, remove]) expect(readAnswer(command, answer, false)).toBe('again');
    }
    for (const answer of [refusal(403, 'Forbidden'), refusal(409, 'Conflict'), refusal(422, 'Invalid'), gone, exists]) {
      for (const command of [apply, create, remove]) expect(readAnswer(command, answer, false)).toBe('over');
    }
  });

  it('what an earlier typing may have done counts as done', () => {
    expect(readAnswer(create, exists, true)).toBe('done');
    expect(readAnswer(remove, gone, true)).toBe('done');
    expect(readAnswer(evict, gone, true)).toBe('done');
    expect(readAnswer({ kind: 'replace', object: map }, refusal(409, 'Conflict'), true)).toBe('done');
    expect(readAnswer({ kind: 'scale', target: pod, replicas: 1 }, gone, true)).toBe('over');
    expect(readAnswer(create, refusal(403, 'Forbidden'), true)).toBe('over');
  });

  it('an apply that finds its own creation compares with it', () => {
    expect(readAnswer(apply, exists, true)).toBe('again');
  });

  it('a disruption budget that says no has answered', () => {
    expect(readAnswer(evict, refusal(429, 'TooManyRequests'), false)).toBe('over');
  });

  it('what has no name is not created twice', () => {
    const nameless: UserCommand = { kind: 'create', object: { ...map, metadata: { generateName: 'a-' } as unknown as KubeObject['metadata'] } };
    expect(readAnswer(nameless, lost, false)).toBe('over');
    expect(readAnswer(nameless, refusal(500, 'InternalError'), false)).toBe('over');
    expect(readAnswer(nameless, refusal(429, 'TooManyRequests'), false)).toBe('again');
  });
});

/** kubectl alone, whose server's answers the test makes up. */
const typing = (retypeAfterMs?: number) => {
  const actor = kubectlActor({
    id: 'kubectl', apiservers: ['kube-apiserver'], credential: { kind: 'certificate', commonName: 'u', organizations: [] }, ...(retypeAfterMs === undefined ? {} : { retypeAfterMs }),
  });
  const env: Env = { self: 'kubectl', nowMs: 1000, incarnation: 0, random: () => 0 };
  let state: KubectlState = actor.initial;
  const give = (input: Input): readonly string[] => {
    const [next, effects]: readonly [KubectlState, readonly Effect[]] = actor.transition(state, input, env);
    state = next;
    return effects.flatMap((effect) => {
      if (effect.kind === 'arm' && !effect.key.startsWith('requests/')) return [`arm ${effect.key} ${effect.afterMs}`];
      return effect.kind === 'send' ? [(effect.body as ToApiServer & { readonly kind: 'api-request' }).request.verb] : [];
    });
  };
  return {
    state: () => state,
    type: (command: UserCommand) => give({ kind: 'message', from: 'terminal', channel: 'terminal', body: { kind: 'user-command', command } } as Input),
    answer: (answer: ApiAnswer) => {
      const id = Number(state.requests.pending.keys()[0]);
      return give({ kind: 'message', from: 'kube-apiserver', channel: 'kubectl', body: { kind: 'api-answer', id, answer } satisfies FromApiServer } as Input);
    },
    lose: () => give({ kind: 'disconnected', peer: 'kube-apiserver', channel: 'kubectl' } as Input),
    wait: () => give({ kind: 'timer', key: 'retype' } as Input),
  };
};

describe('kubectl.retype.typing', () => {
  it('types again after so long; the next command waits, and the user is not idle', () => {
    const user = typing(5000);
    expect(user.type(create)).toEqual(['create']);
    expect(user.type(remove)).toEqual([]);
    expect(user.lose()).toEqual(['arm retype 5000']);
    expect(isUserIdle(user.state())).toBe(false);
    expect(user.state().said).toEqual([]);
    expect(user.wait()).toEqual(['create']);
    expect(user.answer(exists)).toEqual(['delete']);
    expect(user.state()).toMatchObject({ said: [{ command: create, failed: false, text: 'Error from server (AlreadyExists): configmaps "a" already exists' }] });
    expect(user.state()).not.toHaveProperty('isInDoubt');
    expect(user.answer(gone)).toEqual([]);
    expect(user.state().said[1]).toMatchObject({ command: remove, failed: true });
    expect(isUserIdle(user.state())).toBe(true);
  });

  it('a lost look leaves no doubt: an apply after it fails as any other', () => {
    const user = typing(5000);
    user.type(apply);
    expect(user.lose()).toEqual(['arm retype 5000']);
    expect(user.wait()).toEqual(['get']);
    expect(user.answer(gone)).toEqual(['create']);
    user.answer(exists);
    expect(user.state().said).toMatchObject([{ failed: true }]);
  });

  it('without it a command that fails says so and is over', () => {
    const user = typing();
    user.type(create);
    expect(user.lose()).toEqual([]);
    expect(user.state().said).toMatchObject([{ failed: true }]);
    expect(isUserIdle(user.state())).toBe(true);
  });
});

describe('kubectl.retype.cluster', () => {
  const settledAfterCut = (retypeAfterMs?: number) => {
    const run = faultyRun(webSubject({ user: { ...defaultTopology.user, ...(retypeAfterMs === undefined ? {} : { retypeAfterMs }) } }));
    run.begin('etcd');
    const { nowMs } = run.world;
    run.until(() => run.world.nowMs > nowMs + 20_000);
    run.mend();
    expect(run.settle()).toBe('settled');
    return podsOf(run.world).length;
  };

  it('what was asked for while etcd was out of reach is asked for in the end, and no run is settled before', () => {
    expect(settledAfterCut()).toBe(0);
    expect(settledAfterCut(5000)).toBe(2);
  });
});
