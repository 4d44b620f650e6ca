/**
 * What a user who does not give up makes of an answer: the command has its outcome, or it is to be typed again.
 * Models: people and their scripts; kubectl itself asks once.
 * Not modelled: looking before typing again. A JSON patch that adds to a list may add twice, and `rollout restart` may restart twice, as for anybody.
 */
import type { KubeObject } from '../../api/object.ts';
import type { Answer } from '../../client/controller.ts';
import type { UserCommand } from '../../protocol/user.ts';
import { firstRequest } from './commands.ts';

/**
 * over: as kubectl says. done: kubectl says that it failed, and the user sees that an earlier typing was carried out. again: there was no answer, or none
 * that says what became of the command.
 */
export type Reading = 'over' | 'done' | 'again';

const isCreated = (answer: Answer): boolean => answer.kind === 'refused' && answer.status.reason === 'AlreadyExists';

/** No answer at all, a server that failed, or one that asks to be spared. */
const isOpen = (answer: Answer): boolean => answer.kind === 'unknown-outcome' || (answer.kind === 'refused' && (answer.code === 429 || answer.code >= 500));

/** Whether a request without an answer may have been carried out. */
export const mayBeDone = (command: UserCommand, stage: string, answer: Answer): boolean =>
  isOpen(answer) && !(answer.kind === 'refused' && answer.code === 429) && !(command.kind === 'apply' && stage === 'first');

const isNameless = (body: unknown): boolean => (body as Partial<KubeObject> | undefined)?.metadata?.name === undefined;

/** A command that is not `apply`, whose every typing is one request. */
const readOther = (command: Exclude<UserCommand, { kind: 'apply' }>, answer: Answer, isInDoubt: boolean): Reading => {
  const { verb, subresource, body } = firstRequest(command, 0);
  if (isOpen(answer)) {
    // Why: this is how a disruption budget says no.
    if (subresource === 'eviction' && answer.kind === 'refused' && answer.code === 429) return 'over';
    // Why: the server makes a new name each time, so that typing again could make a second object.
    return verb === 'create' && subresource === undefined && isNameless(body) && mayBeDone(command, 'first', answer) ? 'over' : 'again';
  }
  if (!isInDoubt || answer.kind !== 'refused') return 'over';
  const { reason } = answer.status;
  const isGone = reason === 'NotFound' && (verb === 'delete' || subresource === 'eviction');
  return isGone || (verb === 'create' && isCreated(answer)) || (verb === 'update' && reason === 'Conflict') ? 'done' : 'over';
};

/** `isInDoubt`: an earlier typing of the command may have been carried out. */
export const readAnswer = (command: UserCommand, answer: Answer, isInDoubt: boolean): Reading => {
  if (command.kind !== 'apply') return readOther(command, answer, isInDoubt);
  // Why again: what an earlier typing created arrived between this one's look and its creation, and applying once more compares with it.
  return isOpen(answer) || (isInDoubt && isCreated(answer)) ? 'again' : 'over';
};
