"""What programs do with Debian's python3-kubernetes: typed and dynamic clients, patches, watches, errors. Prints what it saw as JSON."""
import json
import sys
import time

from kubernetes import client, config, dynamic, utils, watch

config.load_kube_config(sys.argv[1])
core, apps, batch = client.CoreV1Api(), client.AppsV1Api(), client.AuthorizationV1Api()
seen = {"version": client.VersionApi().get_code().git_version}
namespace = "python"
core.create_namespace(client.V1Namespace(metadata=client.V1ObjectMeta(name=namespace)))

made = core.create_namespaced_config_map(namespace, client.V1ConfigMap(metadata=client.V1ObjectMeta(name="m"), data={"a": "1"}))
core.patch_namespaced_config_map("m", namespace, {"data": {"b": "2"}})
seen["configMap"] = core.read_namespaced_config_map("m", namespace).data
made.data = {"a": "3"}
try:
    core.replace_namespaced_config_map("m", namespace, made)
except client.ApiException as error:
    seen["conflict"] = [error.status, json.loads(error.body)["reason"]]

utils.create_from_dict(
    client.ApiClient(),
    {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "web", "namespace": namespace},
        "spec": {
            "replicas": 2,
            "selector": {"matchLabels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "c", "image": "nginx"}]}},
        },
    },
)
running = set()
watcher = watch.Watch()
for event in watcher.stream(core.list_namespaced_pod, namespace, label_selector="app=web", timeout_seconds=60):
    if event["object"].status.phase == "Running":
        running.add(event["object"].metadata.name)
    if len(running) == 2:
        watcher.stop()
seen["running"] = len(running)
# The controller may write the Deployment's status between the read and the write: programs read again after a conflict.
for _ in range(20):
    scale = apps.read_namespaced_deployment_scale("web", namespace)
    scale.spec.replicas = 1
    try:
        seen["scaled"] = apps.replace_namespaced_deployment_scale("web", namespace, scale).spec.replicas
        break
    except client.ApiException as error:
        if error.status != 409:
            raise

cluster = dynamic.DynamicClient(client.ApiClient())
pods = cluster.resources.get(api_version="v1", kind="Pod")
for _ in range(600):
    names = [pod.metadata.name for pod in pods.get(namespace=namespace, label_selector="app=web").items]
    if len(names) == 1:
        break
    time.sleep(0.1)
seen["pods"] = len(names)
page = core.list_config_map_for_all_namespaces(limit=1)
seen["paged"] = len(page.items) == 1 and page.metadata._continue is not None
review = client.V1SelfSubjectAccessReview(
    spec=client.V1SelfSubjectAccessReviewSpec(resource_attributes=client.V1ResourceAttributes(verb="delete", resource="nodes"))
)
seen["allowed"] = batch.create_self_subject_access_review(review).status.allowed
try:
    core.read_namespaced_pod("missing", namespace)
except client.ApiException as error:
    seen["missing"] = [error.status, error.reason]
core.delete_namespace(namespace)
print(json.dumps(seen))
