"""What the host asks of the original's side alone: new calls, smaller ones, and how many faults the calls would find.

Every request comes with the joined pickles of calls: `vary` {seed} answers new calls made of them; `sketch` {most} says what so many look
like; `build` {plans} answers calls built by plans, with the plans' numbers; `sieve` {each_s, all_s} tries each by itself; `smaller`
answers simpler relatives of one, `trim` a small call for each large one, `growth` {all_s} what one call takes at growing sizes; `mutants`
{sources, wanted, limit, each_s, all_s} says which faults the calls find; `symbolic` {seconds} answers calls that take different ways
through the function, in the mode of most of these.
"""

from codeopt_inside import build, calls, growth, mutants, sieve, sketch, smaller, symbolic, trim, vary
from codeopt_inside.children import in_child


def _frames(pipe, made):
    pipe.send_bytes(calls.joined(made))


def _varied(pipe, recorded, _target, request):
    made = list(dict.fromkeys(vary.varied(recorded, request["seed"]) + vary.edges(recorded, request["seed"])))
    pipe.send({"made": list(range(len(made)))})
    _frames(pipe, made)


def _sketched(pipe, recorded, _target, request):
    pipe.send({"sketches": sketch.sketches(recorded, request["most"])})


def _built(pipe, recorded, _target, request):
    made = build.built(recorded, request["plans"])
    pipe.send({"made": [number for number, _ in made]})
    _frames(pipe, [data for _, data in made])


def _sieved(pipe, tried, target, request):
    pipe.send({"sieved": sieve.sieved(target.function, tried, request["each_s"], request["all_s"])})


def _smaller(pipe, calls_, _target, _request):
    made = smaller.smaller(calls_[0])
    pipe.send({"made": list(range(len(made)))})
    _frames(pipe, made)


def _trimmed(pipe, recorded, _target, _request):
    made = trim.trimmed(recorded)
    pipe.send({"made": list(range(len(made)))})
    _frames(pipe, made)


def _grown(pipe, recorded, target, request):
    pipe.send({"grown": growth.grown(target.function, recorded, request["all_s"])})


def _symbolic(pipe, recorded, target, request):
    given = [len(call[0]) for call in map(calls.loaded, recorded) if type(call) is tuple]
    made = symbolic.found(target.function, request["seconds"], max(given, key=given.count, default=symbolic.MOST))
    pipe.send({"made": list(range(len(made)))})
    _frames(pipe, made)


def _faulty(pipe, recorded, target, request):
    pipe.send({"fates": mutants.fates(target.function, recorded, request)})


def _in_child(answer):
    def answered(pipe, target, request):
        recorded = calls.split(pipe.receive_bytes())
        in_child(pipe, lambda: answer(pipe, recorded, target, request))

    return answered


ANSWERS = {
    "vary": _in_child(_varied),
    "sketch": _in_child(_sketched),
    "build": _in_child(_built),
    "sieve": _in_child(_sieved),
    "smaller": _in_child(_smaller),
    "trim": _in_child(_trimmed),
    "growth": _in_child(_grown),
    "symbolic": _in_child(_symbolic),
    "mutants": _in_child(_faulty),
}
