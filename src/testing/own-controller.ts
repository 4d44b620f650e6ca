/** A controller of one's own as an actor beside a cluster: reflectors, caches, workqueue and workers as in client-go, and a reconcile that is a plan. */
import { controllerHostActor } from '../client/controller-host.ts';
import { erase } from '../client/controller.ts';
import type { ControllerOf } from '../client/controller.ts';
import { apiserverNames } from '../cluster/create-cluster.ts';
import type { Actor } from '../kernel/transition.ts';
import { hosted } from '../kernel/world.ts';
import type { Scenario } from '../scenario/scenario.ts';

/**
 * For `assertCluster`'s `actors`. A process of its own, without leader election, named like the controller. It watches as an administrator; it writes as
 * the service account `kube-system/<serviceAccount>`, of which RBAC has to permit what it does.
 */
export const controllerActor = <Memory, Stage extends string>(controller: ControllerOf<Memory, Stage>, { topology }: Scenario): Actor => hosted(controllerHostActor({
  id: controller.name, name: controller.name, apiservers: apiserverNames(topology.apiservers), controllers: [erase(controller)], leaderElection: false,
  credential: { kind: 'certificate', commonName: controller.name, organizations: ['system:masters'] },
}));
