"""Directed graphs, as dictionaries of lists."""


def reachable(graph, start):
    """Return the nodes that can be reached, nearest first."""
    found = [start]
    queue = [start]
    while queue:
        node = queue.pop(0)
        for neighbour in graph.get(node, []):
            if neighbour not in found:
                found.append(neighbour)
                queue.append(neighbour)
    return found


def path_count(graph, start, goal):
    """Return how many ways lead from one node to another in a graph without cycles."""
    if start == goal:
        return 1
    return sum(path_count(graph, neighbour, goal) for neighbour in graph.get(start, []))
