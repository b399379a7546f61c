import { describe, expect, it } from '@jest/globals';
import { breachesOf, policyOf } from '../../../../src/local/kubernetes/admission/pod-security.js';

const restricted = policyOf({ 'pod-security.kubernetes.io/enforce': 'restricted' }, 'enforce');
const closed = { allowPrivilegeEscalation: false, capabilities: { drop: ['ALL'] } };
const closedPod = { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } };

describe('pod security', () => {
  it('lets everything in where a namespace says nothing', () => {
    expect(policyOf({}, 'enforce').level).toBe('privileged');
    expect(breachesOf({ hostPID: true, containers: [{ name: 'a' }] }, policyOf({}, 'enforce'))).toBeUndefined();
  });

  it('warns by the level it enforces unless another is named', () => {
    const labels = {
      'pod-security.kubernetes.io/enforce': 'baseline',
      'pod-security.kubernetes.io/enforce-version': 'v1.30',
    };
    expect(policyOf(labels, 'warn')).toEqual({ level: 'baseline', version: 'v1.30' });
    expect(policyOf({ ...labels, 'pod-security.kubernetes.io/warn': 'restricted' }, 'warn').level).toBe('restricted');
  });

  it('takes a level that cannot be read for the strictest', () => {
    expect(policyOf({ 'pod-security.kubernetes.io/enforce': 'strict' }, 'enforce').level).toBe('restricted');
  });

  it('lets in what is closed by the pod or by each container', () => {
    expect(
      breachesOf({ securityContext: closedPod, containers: [{ name: 'a', securityContext: closed }] }, restricted),
    ).toBeUndefined();
    const each = { name: 'a', securityContext: { ...closed, ...closedPod } };
    expect(breachesOf({ containers: [each] }, restricted)).toBeUndefined();
  });

  it('looks into init containers, and names them first', () => {
    const spec = {
      securityContext: closedPod,
      initContainers: [{ name: 'init' }],
      containers: [{ name: 'main', securityContext: closed }, { name: 'side' }],
    };
    expect(breachesOf(spec, restricted)).toBe(
      'allowPrivilegeEscalation != false (containers "init", "side" must set securityContext.allowPrivilegeEscalation=false), ' +
        'unrestricted capabilities (containers "init", "side" must set securityContext.capabilities.drop=["ALL"])',
    );
  });

  it('tells of host ports, privilege and SELinux as the real server does', () => {
    const spec = {
      securityContext: { ...closedPod, seLinuxOptions: { user: 'a', type: 'b' } },
      containers: [{ name: 'a', ports: [{ hostPort: 80 }], securityContext: { ...closed, privileged: true } }],
    };
    expect(breachesOf(spec, restricted)).toBe(
      'hostPort (container "a" uses hostPort 80), ' +
        'privileged (container "a" must not set securityContext.privileged=true), ' +
        'seLinuxOptions (pod set forbidden securityContext.seLinuxOptions: type "b"; user may not be set)',
    );
  });
});
