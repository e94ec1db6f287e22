"""集群 clusters: the list, and one cluster."""

from django.http import HttpRequest

from jiqun.actions.desk import desk
from jiqun.actions.reading.clusters import ClusterContext, ClustersContext, cluster_page, clusters_page
from jiqun.web import asking
from jiqun.web.answers import Page


def read_clusters(request: HttpRequest) -> ClustersContext:
    """Every cluster."""
    return clusters_page(desk(), request.actor)


def read_cluster(request: HttpRequest, key: str) -> ClusterContext:
    """One cluster; `of=own` leaves its members' statements out."""
    of = "own" if asking.text(request, "of") == "own" else "all"
    return cluster_page(desk(), request.actor, key, ask=asking.table_ask(request), of=of)


urlpatterns = [
    *Page("clusters", "clusters/", "jiqun/clusters.html", read_clusters).urls(),
    *Page(
        "cluster", "clusters/<str:key>/", "jiqun/cluster.html", read_cluster, "jiqun/parts/statements.html"
    ).urls(),
]
