import { containerProgram } from './container-program.js';
import type { ContainerProgram } from './container-program.js';
import { happened } from './container-context.js';
import type { ContainerRun } from './container-context.js';
import { MissingConfiguration } from './environment.js';
import { imageId, pullFailure } from './images.js';
import type { ImageProgram } from './images.js';
import { pause } from './stopping.js';
import { untilConfigurationChanges } from './wait-for-configuration.js';

const firstPullBackoffMilliseconds = 10_000;
const longestPullBackoffMilliseconds = 300_000;
/** How long ErrImagePull stands before it is called a back-off. */
const pullErrorMilliseconds = 1000;

/** Waits until a container can start: its image is there, and all it is configured with. Undefined when the pod stops first. */
export async function containerReadiness(run: ContainerRun): Promise<ContainerProgram | undefined> {
  const image = await pulledImage(run);
  if (!image) return undefined;
  while (!run.stopping.asked.aborted) {
    try {
      const program = containerProgram({ ...run, image });
      run.report({ imageID: imageId(run.container.image, image) });
      return program;
    } catch (error) {
      if (!(error instanceof MissingConfiguration)) throw error;
      happened(run, 'Warning', 'Failed', `Error: ${error.message}`);
      run.report({ state: { waiting: { reason: 'CreateContainerConfigError', message: error.message } } });
      await untilConfigurationChanges(run.store, run.pod.metadata.namespace, run.stopping.asked);
    }
  }
  return undefined;
}

async function pulledImage(run: ContainerRun): Promise<ImageProgram | undefined> {
  const { stopping, container, images } = run;
  let backoff = firstPullBackoffMilliseconds;
  while (!stopping.asked.aborted) {
    const image = Object.hasOwn(images, container.image) ? images[container.image] : undefined;
    const named = `"${container.image}"`;
    if (image) {
      const present = `Container image ${named} already present on machine and can be accessed by the pod`;
      happened(run, 'Normal', 'Pulled', present);
      return image;
    }
    const failure = pullFailure(container.image);
    const notAgain = {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image ${named}: ErrImagePull: ${failure}`,
    };
    if (container.imagePullPolicy === 'Never') {
      const message = `Container image ${named} is not present with pull policy of Never`;
      happened(run, 'Warning', 'ErrImageNeverPull', message);
      run.report({ state: { waiting: { reason: 'ErrImageNeverPull', message } } });
    } else {
      happened(run, 'Normal', 'Pulling', `Pulling image ${named}`);
      happened(run, 'Warning', 'Failed', `Failed to pull image ${named}: ${failure}`);
      happened(run, 'Warning', 'Failed', 'Error: ErrImagePull');
      run.report({ state: { waiting: { reason: 'ErrImagePull', message: failure } } });
      await pause(pullErrorMilliseconds, stopping.asked);
      if (stopping.asked.aborted) break;
      happened(run, 'Normal', 'BackOff', `Back-off pulling image ${named}`);
      happened(run, 'Warning', 'Failed', 'Error: ImagePullBackOff');
      run.report({ state: { waiting: notAgain } });
    }
    await pause(backoff, stopping.asked);
    backoff = Math.min(backoff * 2, longestPullBackoffMilliseconds);
  }
  return undefined;
}
