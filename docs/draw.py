import hashlib, json, sys
task = json.load(open(sys.argv[1], encoding="utf-8"))    # the file behind /draws/{id}.json, once its list is public
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
frozen, result = task["list"], []
if frozen is None: sys.exit("the list is public once the inspections are done, at the latest on " + task["list_open_on"])
text = json.dumps(frozen, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
assert sha(text).hex() == task["list_hash"], "the list is not the one that was frozen"
seed = sha(sha(text), task["public_value"].encode())
assert seed.hex() == task["seed"], "the seed does not follow from list and value"
start = sha(seed, frozen["blind"].encode())              # the order hangs on the list's random bytes too, so that nobody is warned
firms = sorted(frozen["firms"], key=lambda f: (sha(start, f["id"].encode()), f["id"]))
for firm in firms[: frozen["take"]]:
    team = []
    for department in frozen["departments"]:
        free = [o["certificate_no"] for o in frozen["officers"]
                if o["department"] == department and firm["id"] not in o["excluded"]]
        team += sorted(free, key=lambda no: (sha(start, firm["id"].encode(), b"\n", no.encode()), no))[: frozen["team"]]
    result.append({"firm": firm["id"], "officers": team})
print(json.dumps(result))
sys.exit(0 if result == task["drawn"] else "the result is another one")
