/** Objects of many kinds, in the namespace `shop` or of the cluster, that lead to one another. */
export const shop = `
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: clerk, namespace: shop}
imagePullSecrets: [{name: keys}]
secrets: [{name: cert}]
---
apiVersion: v1
kind: Secret
metadata: {name: clerk-token, namespace: shop, annotations: {kubernetes.io/service-account.name: clerk}}
type: kubernetes.io/service-account-token
---
apiVersion: v1
kind: ConfigMap
metadata: {name: prices, namespace: shop}
data: {apple: "1"}
---
apiVersion: v1
kind: Secret
metadata: {name: keys, namespace: shop}
stringData: {door: open}
---
apiVersion: v1
kind: Secret
metadata: {name: cert, namespace: shop}
stringData: {tls.crt: "", tls.key: ""}
---
apiVersion: scheduling.k8s.io/v1
kind: PriorityClass
metadata: {name: urgent}
value: 7
---
apiVersion: node.k8s.io/v1
kind: RuntimeClass
metadata: {name: runc}
handler: runc
---
apiVersion: storage.k8s.io/v1
kind: StorageClass
metadata: {name: by-hand}
provisioner: kubernetes.io/no-provisioner
---
apiVersion: v1
kind: PersistentVolume
metadata: {name: shelf}
spec: {capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce], storageClassName: by-hand, hostPath: {path: /tmp/shelf}}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: stock, namespace: shop}
spec: {accessModes: [ReadWriteOnce], storageClassName: by-hand, resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttributesClass
metadata: {name: fast}
driverName: disks.example.com
parameters: {iops: "5"}
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: waits, namespace: shop}
spec: {accessModes: [ReadWriteOnce], storageClassName: nowhere, volumeAttributesClassName: fast, resources: {requests: {storage: 1Gi}}}
---
apiVersion: storage.k8s.io/v1
kind: VolumeAttachment
metadata: {name: held}
spec: {attacher: disks.example.com, nodeName: worker-1, source: {persistentVolumeName: shelf}}
---
apiVersion: resource.k8s.io/v1
kind: ResourceSlice
metadata: {name: cards}
spec: {driver: cards.example.com, nodeName: worker-1, pool: {name: worker-1, generation: 1, resourceSliceCount: 1}, devices: [{name: card-0}]}
---
apiVersion: resource.k8s.io/v1
kind: ResourceClaim
metadata: {name: card, namespace: shop}
spec: {devices: {requests: [{name: card, exactly: {deviceClassName: cards}}]}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: clerk
      priorityClassName: urgent
      runtimeClassName: runc
      imagePullSecrets: [{name: keys}]
      containers:
        - {name: c, image: nginx, envFrom: [{configMapRef: {name: prices}}], volumeMounts: [{name: stock, mountPath: /stock}]}
      volumes: [{name: stock, persistentVolumeClaim: {claimName: stock}}]
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {selector: {app: web}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: IngressClass
metadata: {name: gate}
spec: {controller: example.com/gate}
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: front, namespace: shop}
spec:
  ingressClassName: gate
  tls: [{hosts: [a.example.com], secretName: cert}]
  rules: [{http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: shop}
spec: {podSelector: {}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: others, namespace: shop}
spec: {podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: one, namespace: shop}
spec: {minAvailable: 1, selector: {matchLabels: {app: web}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web, namespace: shop}
spec: {minReplicas: 2, maxReplicas: 3, scaleTargetRef: {apiVersion: apps/v1beta2, kind: Deployment, name: web}}
---
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: {name: reader, namespace: shop}
rules: [{apiGroups: [""], resources: [pods], verbs: [get]}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: {name: clerks-read, namespace: shop}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: Role, name: reader}
subjects: [{kind: ServiceAccount, name: clerk, namespace: shop}]
---
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: shop-views}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: view}
subjects: [{apiGroup: rbac.authorization.k8s.io, kind: Group, name: "system:serviceaccounts:shop"}, {kind: ServiceAccount, name: clerk, namespace: shop}]
---
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec:
  serviceName: db
  selector: {matchLabels: {app: db}}
  template: {metadata: {labels: {app: db}}, spec: {containers: [{name: c, image: postgres, env: [{name: POSTGRES_PASSWORD, value: x}]}]}}
  volumeClaimTemplates:
    - {metadata: {name: data}, spec: {storageClassName: nowhere, accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {clusterIP: None, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agent, namespace: shop}
spec: {selector: {matchLabels: {app: agent}}, template: {metadata: {labels: {app: agent}}, spec: {containers: [{name: c, image: nginx}]}}}
---
apiVersion: v1
kind: ReplicationController
metadata: {name: old, namespace: shop}
spec: {replicas: 1, selector: {app: old}, template: {metadata: {labels: {app: old}}, spec: {containers: [{name: c, image: nginx}]}}}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: old, namespace: shop}
spec: {maxReplicas: 1, scaleTargetRef: {apiVersion: v1, kind: ReplicationController, name: old}}
---
apiVersion: batch/v1
kind: CronJob
metadata: {name: tidy, namespace: shop}
spec: {schedule: "* * * * *", jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: c, image: busybox, command: ["true"]}]}}}}}
---
apiVersion: apiregistration.k8s.io/v1
kind: APIService
metadata: {name: v1.shop.example.com}
spec: {group: shop.example.com, version: v1, groupPriorityMinimum: 1, versionPriority: 1, insecureSkipTLSVerify: true, service: {name: web, namespace: shop}}
`;
