/** Every message between the actors of a cluster. Messages of an actor to itself are its own business. */
import type { FromApiServer, ToApiServer } from './api.ts';
import type { FromRegistry, FromRuntime, ToRuntime } from './cri.ts';
import type { FromEtcd, ToEtcd } from './etcd.ts';
import type { FromNetwork, ToNetwork } from './network.ts';
import type { FromProcess, ToProcess } from './process.ts';
import type { ToUser } from './user.ts';

export type Message = ToApiServer | FromApiServer | ToEtcd | FromEtcd | ToRuntime | FromRuntime | ToNetwork | FromNetwork | ToProcess | FromProcess | FromRegistry | ToUser;
