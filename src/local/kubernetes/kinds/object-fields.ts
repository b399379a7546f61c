/** The kinds themselves, metadata and status. Notation: see field-schema.ts. */
export const objectFields = `
Job: apiVersion string, kind string, metadata ObjectMeta 1, spec JobSpec 2, status JobStatus 3
ObjectMeta: annotations {string} 12, creationTimestamp time 8, deletionGracePeriodSeconds int64 10, deletionTimestamp time 9, finalizers [string]@ 14,
  generateName string 2, generation int64 7, labels {string} 11, managedFields any 17, name string 1, namespace string 3, ownerReferences
  [OwnerReference]@uid 13, resourceVersion string 6, selfLink string 4, uid string 5
OwnerReference: apiVersion string 5, blockOwnerDeletion boolean 7, controller boolean 6, kind string 1, name string 3, uid string 4
JobSpec: activeDeadlineSeconds int64 3, backoffLimit int32 7, backoffLimitPerIndex int32 12, completionMode string 9, completions int32 2, managedBy
  string 15, manualSelector boolean 5, maxFailedIndexes int32 13, parallelism int32 1, podFailurePolicy PodFailurePolicy 11, podReplacementPolicy
  string 14, selector LabelSelector 4, successPolicy SuccessPolicy 16, suspend boolean 10, template PodTemplateSpec 6, ttlSecondsAfterFinished int32 8
PodFailurePolicy: rules [PodFailurePolicyRule] 1
PodFailurePolicyRule: action string 1, onExitCodes PodFailurePolicyOnExitCodesRequirement 2, onPodConditions [PodFailurePolicyOnPodConditionsPattern]
  3
PodFailurePolicyOnExitCodesRequirement: containerName string 1, operator string 2, values [int32] 3
PodFailurePolicyOnPodConditionsPattern: status string 2, type string 1
SuccessPolicy: rules [SuccessPolicyRule] 1
SuccessPolicyRule: succeededCount int32 2, succeededIndexes string 1
PodTemplateSpec: metadata ObjectMeta 1, spec PodSpec 2
JobStatus: active int32 4, completedIndexes string 7, completionTime time 3, conditions [JobCondition]@type 1, failed int32 6, failedIndexes string
  10, ready int32 9, startTime time 2, succeeded int32 5, terminating int32 11, uncountedTerminatedPods UncountedTerminatedPods 8
JobCondition: lastProbeTime time 3, lastTransitionTime time 4, message string 6, reason string 5, status string 2, type string 1
UncountedTerminatedPods: failed [string] 2, succeeded [string] 1
Pod: apiVersion string, kind string, metadata ObjectMeta 1, spec PodSpec 2, status PodStatus 3
PodStatus: allocatedResources {quantity} 19, conditions [PodCondition]@type 2, containerStatuses [ContainerStatus] 8, ephemeralContainerStatuses
  [ContainerStatus] 13, extendedResourceClaimStatus PodExtendedResourceClaimStatus 18, hostIP string 5, hostIPs [HostIP]@ip 16, initContainerStatuses
  [ContainerStatus] 10, message string 3, nodeAllocatableResourceClaimStatuses [NodeAllocatableResourceClaimStatus] 21, nominatedNodeName string 11,
  observedGeneration int64 17, phase string 1, podIP string 6, podIPs [PodIP]@ip 12, qosClass string 9, reason string 4, resize string 14,
  resourceClaimStatuses [PodResourceClaimStatus]@name! 15, resources ResourceRequirements 20, startTime time 7
PodCondition: lastProbeTime time 3, lastTransitionTime time 4, message string 6, observedGeneration int64 7, reason string 5, status string 2, type
  string 1
ContainerStatus: allocatedResources {quantity} 10, allocatedResourcesStatus [ResourceStatus]@name 14, containerID string 8, image string 6, imageID
  string 7, lastState ContainerState 3, name string 1, ready boolean 4, resources ResourceRequirements 11, restartCount int32 5, started boolean 9,
  state ContainerState 2, stopSignal string 15, user ContainerUser 13, volumeMounts [VolumeMountStatus]@mountPath 12
ResourceStatus: name string 1, resources [ResourceHealth] 2
ResourceHealth: health string 2, message string 6, resourceID string 1
ContainerState: running ContainerStateRunning 2, terminated ContainerStateTerminated 3, waiting ContainerStateWaiting 1
ContainerStateRunning: startedAt time 1
ContainerStateTerminated: containerID string 7, exitCode int32 1, finishedAt time 6, message string 4, reason string 3, signal int32 2, startedAt time
  5
ContainerStateWaiting: message string 2, reason string 1
ContainerUser: linux LinuxContainerUser 1
LinuxContainerUser: gid int64 2, supplementalGroups [int64] 3, uid int64 1
VolumeMountStatus: mountPath string 2, name string 1, readOnly boolean 3, recursiveReadOnly string 4, volumeStatus VolumeStatus 5
VolumeStatus: image ImageVolumeStatus 1
ImageVolumeStatus: imageRef string 1
PodExtendedResourceClaimStatus: requestMappings [ContainerExtendedResourceRequest] 1, resourceClaimName string 2
ContainerExtendedResourceRequest: containerName string 1, requestName string 3, resourceName string 2
HostIP: ip string 1
NodeAllocatableResourceClaimStatus: containers [string] 2, resourceClaimName string 1, resources {quantity} 3
PodIP: ip string 1
PodResourceClaimStatus: name string 1, resourceClaimName string 2
ConfigMap: apiVersion string, binaryData {bytes} 3, data {string} 2, immutable boolean 4, kind string, metadata ObjectMeta 1
Secret: apiVersion string, data {bytes} 2, immutable boolean 5, kind string, metadata ObjectMeta 1, stringData {string} 4, type string 3
Event: action string 12, apiVersion string, count int32 8, eventTime time 10, firstTimestamp time 6, involvedObject ObjectReference 2, kind string,
  lastTimestamp time 7, message string 4, metadata ObjectMeta 1, reason string 3, related ObjectReference 13, reportingComponent string 14,
  reportingInstance string 15, series EventSeries 11, source EventSource 5, type string 9
ObjectReference: apiVersion string 5, fieldPath string 7, kind string 1, name string 3, namespace string 2, resourceVersion string 6, uid string 4
EventSeries: count int32 1, lastObservedTime time 2
EventSource: component string 1, host string 2
Namespace: apiVersion string, kind string, metadata ObjectMeta 1, spec NamespaceSpec 2, status NamespaceStatus 3
NamespaceSpec: finalizers [string] 1
NamespaceStatus: conditions [NamespaceCondition]@type 2, phase string 1
NamespaceCondition: lastTransitionTime time 4, message string 6, reason string 5, status string 2, type string 1
Lease: apiVersion string, kind string, metadata ObjectMeta 1, spec LeaseSpec 2
LeaseSpec: acquireTime time 3, holderIdentity string 1, leaseDurationSeconds int32 2, leaseTransitions int32 5, preferredHolder string 7, renewTime
  time 4, strategy string 6
ResourceQuota: apiVersion string, kind string, metadata ObjectMeta 1, spec ResourceQuotaSpec 2, status ResourceQuotaStatus 3
ResourceQuotaSpec: hard {quantity} 1, scopeSelector ScopeSelector 3, scopes [string] 2
ResourceQuotaStatus: hard {quantity} 1, used {quantity} 2
ScopeSelector: matchExpressions [ScopedResourceSelectorRequirement] 1
ScopedResourceSelectorRequirement: operator string 2, scopeName string 1, values [string] 3
LimitRange: apiVersion string, kind string, metadata ObjectMeta 1, spec LimitRangeSpec 2
LimitRangeSpec: limits [LimitRangeItem] 1
LimitRangeItem: default {quantity} 4, defaultRequest {quantity} 5, max {quantity} 2, maxLimitRequestRatio {quantity} 6, min {quantity} 3, type string 1
DeleteOptions: apiVersion string, kind string, gracePeriodSeconds int64 1, preconditions Preconditions 2, orphanDependents boolean 3,
  propagationPolicy string 4, dryRun [string] 5
Preconditions: uid string 1, resourceVersion string 2
`;
