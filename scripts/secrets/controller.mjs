// The controller in the cluster, asked through kubectl: it alone has the private keys.
import { spawnSync } from 'node:child_process';
import { Refusal } from './refusal.mjs';

/** @param controller `NAMESPACE/NAME` of its Service */
export function askController(controller) {
  const [namespace, name] = controller.split('/');
  if (!namespace || !name) throw new Refusal(`--controller ${controller}: NAMESPACE/NAME of its Service is needed.`);
  const path = `/api/v1/namespaces/${namespace}/services/http:${name}:8080/proxy/v1`;
  return {
    certificate: () => kubectl(['get', '--raw', `${path}/cert.pem`]),
    /** The same values, sealed to the controller's newest key. It answers without kind and apiVersion. */
    rotated(sealed) {
      const { spec } = JSON.parse(kubectl(['create', '--raw', `${path}/rotate`, '-f', '-'], JSON.stringify(sealed)));
      return { ...sealed, spec: { ...sealed.spec, encryptedData: spec.encryptedData } };
    },
  };
}

function kubectl(args, input) {
  const { error, status, stdout, stderr } = spawnSync('kubectl', args, { input, encoding: 'utf8' });
  if (error) throw new Refusal(`kubectl could not be started: ${error.message}`);
  if (status !== 0) throw new Refusal(`The controller did not answer: ${stderr.trim()}`);
  return stdout;
}
