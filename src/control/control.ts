import type { LiveStore } from '../stream/live-store.js';
import { isFinished, type Experiment } from '../model/experiment.js';
import { startController, type Controller } from './controller.js';
import { createExperimentReconciler, type ExperimentReconcilerNeeds } from './experiment-reconciler.js';

interface ControlNeeds extends ExperimentReconcilerNeeds {
  readonly liveExperiments: LiveStore<Experiment>;
  readonly onError: (experimentId: string, error: unknown) => void;
}

/** Makes the cluster follow what is recorded: every change of an experiment, its Job or its pods is a reason to look. */
export async function startControl(needs: ControlNeeds): Promise<Controller> {
  const controller = startController({
    reconcile: createExperimentReconciler(needs),
    workers: 4,
    onError: needs.onError,
  });
  const look = (id: string | undefined) => id !== undefined && controller.add(id);
  const lookAtAll = () => {
    for (const experiment of needs.liveExperiments.values()) if (!isFinished(experiment)) look(experiment.id);
  };
  const stops = [
    needs.liveJobs.onFreshness(lookAtAll),
    needs.livePods.onFreshness(lookAtAll),
    needs.liveExperiments.onChange(({ key }) => look(key)),
    needs.liveJobs.onChange(({ object, previous }) => look((object ?? previous)?.experimentId)),
    needs.livePods.onChange(({ object, previous }) => look((object ?? previous)?.experimentId)),
  ];
  // Also what is left of experiments that ended while nobody looked.
  for (const store of [needs.liveJobs, needs.livePods])
    for (const { experimentId } of store.values()) look(experimentId);
  for (const id of await needs.experiments.unfinished()) look(id);
  for (const id of await needs.deletions.pending()) look(id);
  return {
    add: (key) => controller.add(key),
    async [Symbol.asyncDispose]() {
      for (const stop of stops) stop();
      await controller[Symbol.asyncDispose]();
    },
  };
}
