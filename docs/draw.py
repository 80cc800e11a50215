import hashlib, json, sys
task = json.load(open(sys.argv[1], encoding="utf-8"))          # the file behind /draws/{id}.json
sha = lambda *parts: hashlib.sha256(b"".join(parts)).digest()
text = json.dumps(task["list"], ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
assert sha(text).hex() == task["list_hash"], "the list is not the one that was frozen"
seed = sha(sha(text), task["public_value"].encode())
assert seed.hex() == task["seed"], "the seed does not follow from list and value"
frozen, result = task["list"], []
firms = sorted(frozen["firms"], key=lambda f: (sha(seed, f["id"].encode()), f["id"]))
for firm in firms[: frozen["take"]]:
    team = []
    for department in frozen["departments"]:
        free = [o["certificate_no"] for o in frozen["officers"]
                if o["department"] == department and firm["id"] not in o["excluded"]]
        free.sort(key=lambda no: (sha(seed, firm["id"].encode(), b"\n", no.encode()), no))
        team += free[: frozen["team"]]
    result.append({"firm": firm["id"], "officers": team})
print(json.dumps(result))
sys.exit(0 if result == task["drawn"] else "the result is another one")
