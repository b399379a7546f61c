import { listOf, textOf } from '../kinds/reading.js';
import type { Fields } from '../kinds/reading.js';
import {
  containersOf,
  defaultCapabilitiesOnly,
  forbiddenCapabilities,
  namedContainers,
  noHostPaths,
  noHostPorts,
  notPrivileged,
  ownNamespaces,
  plainSeLinux,
  profileOf,
  safeSysctlsOnly,
  seccompNotOff,
  setting,
  settersOf,
} from './pod-security-checks.js';
import type { Breach } from './pod-security-checks.js';

export type SecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** What a namespace asks for in one mode: `pod-security.kubernetes.io/<mode>` and `…-version`. */
export interface SecurityPolicy {
  readonly level: SecurityLevel;
  readonly version: string;
}

const prefix = 'pod-security.kubernetes.io/';

/** A level that cannot be read counts as restricted, as in the real server. */
export function policyOf(labels: Readonly<Record<string, string>>, mode: 'enforce' | 'warn'): SecurityPolicy {
  const level = labels[prefix + mode];
  const version = labels[`${prefix}${mode}-version`] ?? 'latest';
  if (level === undefined) return mode === 'warn' ? policyOf(labels, 'enforce') : { level: 'privileged', version };
  return { level: level === 'privileged' || level === 'baseline' ? level : 'restricted', version };
}

/**
 * What of a pod spec breaks a level, in the real server's words:
 * `violates PodSecurity "<level>:<version>": …` follows from it.
 *
 * Not checked: AppArmor profiles, procMount, Windows host processes, hosts of probes.
 *
 * @see https://kubernetes.io/docs/concepts/security/pod-security-standards/
 */
export function breachesOf(spec: Fields, { level }: SecurityPolicy): string | undefined {
  if (level === 'privileged') return undefined;
  const breaches = (level === 'baseline' ? baseline : restricted).flatMap((check) => check(spec) ?? []);
  return breaches.length === 0 ? undefined : breaches.map(({ reason, detail }) => `${reason} (${detail})`).join(', ');
}

type Check = (spec: Fields) => Breach | undefined;

const noEscalation: Check = (spec) => {
  const containers = containersOf(spec).filter((container) => setting(container, 'allowPrivilegeEscalation') !== false);
  if (containers.length === 0) return undefined;
  const detail = `${namedContainers(containers)} must set securityContext.allowPrivilegeEscalation=false`;
  return { reason: 'allowPrivilegeEscalation != false', detail };
};

const bindOnly = new Set(['NET_BIND_SERVICE']);

const dropsAll = (container: Fields): boolean => {
  const names = setting(container, 'capabilities', 'drop');
  return Array.isArray(names) && names.includes('ALL');
};

const noCapabilities: Check = (spec) => {
  const keeping = containersOf(spec).filter((container) => !dropsAll(container));
  const forbidden = forbiddenCapabilities(spec, bindOnly);
  const details = [
    ...(keeping.length > 0 ? [`${namedContainers(keeping)} must set securityContext.capabilities.drop=["ALL"]`] : []),
    ...(forbidden === undefined ? [] : [forbidden]),
  ];
  return details.length === 0 ? undefined : { reason: 'unrestricted capabilities', detail: details.join('; ') };
};

const plainVolumes = new Set(
  'configMap csi downwardAPI emptyDir ephemeral image persistentVolumeClaim projected secret'.split(' '),
);

const volumeType = (volume: Fields): string => Object.keys(volume).find((key) => key !== 'name') ?? 'unknown';

const plainVolumesOnly: Check = (spec) => {
  const bad = listOf(spec['volumes']).filter((volume) => !plainVolumes.has(volumeType(volume)));
  if (bad.length === 0) return undefined;
  const names = bad.map(({ name }) => `"${textOf(name)}"`).join(', ');
  const types = [...new Set(bad.map(volumeType))].toSorted().map((type) => `"${type}"`);
  const volumes = bad.length === 1 ? `volume ${names} uses` : `volumes ${names} use`;
  const what = types.length === 1 ? 'type' : 'types';
  return { reason: 'restricted volume types', detail: `${volumes} restricted volume ${what} ${types.join(', ')}` };
};

const notRoot: Check = (spec) => {
  const reason = 'runAsNonRoot != true';
  const setters = settersOf(spec, (owner) => setting(owner, 'runAsNonRoot') === false);
  if (setters !== undefined) return { reason, detail: `${setters} must not set securityContext.runAsNonRoot=false` };
  if (setting(spec, 'runAsNonRoot') === true) return undefined;
  const silent = containersOf(spec).filter((container) => setting(container, 'runAsNonRoot') === undefined);
  if (silent.length === 0) return undefined;
  return { reason, detail: `pod or ${namedContainers(silent)} must set securityContext.runAsNonRoot=true` };
};

const notUserZero: Check = (spec) => {
  const setters = settersOf(spec, (owner) => setting(owner, 'runAsUser') === 0);
  return setters === undefined ? undefined : { reason: 'runAsUser=0', detail: `${setters} must not set runAsUser=0` };
};

const hasUnsafeProfile = (owner: Fields): boolean => !['', 'RuntimeDefault', 'Localhost'].includes(profileOf(owner));

const seccompOn: Check = (spec) => {
  const reason = 'seccompProfile';
  const setters = settersOf(spec, hasUnsafeProfile);
  if (setters !== undefined) {
    const types = [spec, ...containersOf(spec)].filter(hasUnsafeProfile).map((owner) => `"${profileOf(owner)}"`);
    const list = [...new Set(types)].toSorted().join(', ');
    return { reason, detail: `${setters} must not set securityContext.seccompProfile.type to ${list}` };
  }
  if (profileOf(spec) !== '') return undefined;
  const silent = containersOf(spec).filter((container) => profileOf(container) === '');
  if (silent.length === 0) return undefined;
  const wanted = 'must set securityContext.seccompProfile.type to "RuntimeDefault" or "Localhost"';
  return { reason, detail: `pod or ${namedContainers(silent)} ${wanted}` };
};

const both: readonly Check[] = [ownNamespaces, noHostPorts, notPrivileged, plainSeLinux];
const baseline: readonly Check[] = [
  defaultCapabilitiesOnly,
  ownNamespaces,
  noHostPaths,
  noHostPorts,
  notPrivileged,
  plainSeLinux,
  seccompNotOff,
  safeSysctlsOnly,
];
const restricted: readonly Check[] = [
  ...both,
  safeSysctlsOnly,
  noEscalation,
  noCapabilities,
  plainVolumesOnly,
  notRoot,
  notUserZero,
  seccompOn,
];
