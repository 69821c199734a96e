import asyncio, time, statistics as st, os
from dataclasses import replace
from api.notifications.service import queue_notices
from api.notifications.gateways.fcm import FcmGateway
from api.notifications.rules.payloads import push_envelope
from tests.builders.grids import make_station
from tests.builders.notifications import *
from tests.pusher.conftest import *
from tests.notifications.letters import letter

def q(v,p): v=sorted(v); return v[min(len(v)-1,int(len(v)*p))]
def show(name, v): print(f"{name}: p50 {q(v,.5)*1000:.1f} p90 {q(v,.9)*1000:.1f} p99 {q(v,.99)*1000:.1f} ms n={len(v)}", flush=True)

def test_measure(station, fcm):
    def people(ctx):
        s = make_station(ctx); return [make_reachable(ctx, s) for _ in range(7)]
    folk = station.do(people)
    proc = station.pusher_process("--poll-s","1","--sweep-s","5")
    try:
        wait_until(lambda: len(station.rows("SELECT 1 FROM heartbeats WHERE name='pusher'"))==1, 30)
        time.sleep(2)
        first, last, post = [], [], []
        handed=[]
        for i in range(70):
            n0 = len(fcm.ledger()) if i==0 else n0+7
            def work(ctx):
                return queue_notices(ctx, [make_notice(ctx, p, subject_id=ctx.new_id()) for p in folk])
            t_start=time.time()
            ids = station.do(work)
            t = time.time()
            deadline=t+5
            while True:
                page = fcm._json("GET","/_ledger",params={"after":n0})["entries"]
                if len(page)>=7 or time.time()>deadline: break
                time.sleep(0.05)
            at=[e["at"] for e in page]
            if i>=10:
                first.append(min(at)-t); last.append(max(at)-t)
            time.sleep(0.05)
        rows = station.rows("SELECT extract(epoch from handed_at-created_at)::float8 d FROM outbox ORDER BY id")
        show("commit->first accepted", first); show("commit->last accepted (7)", last)
        show("created->handed_at (db)", [r.d for r in rows[70:]])
    finally:
        proc.terminate(); proc.wait()
    # bare SDK
    bf, bl = [], []
    async def bare():
        g = FcmGateway(str(fcm.service_account), fcm.base_url); await g.open()
        envs=[push_envelope(letter(address=p.tokens[0])) for p in folk]
        for i in range(70):
            n0=len(fcm.ledger()) if i==0 else n0+7
            t=time.time()
            await asyncio.gather(*(g.send(e) for e in envs))
            page=fcm._json("GET","/_ledger",params={"after":n0})["entries"]
            at=[e["at"] for e in page]
            if i>=10: bf.append(min(at)-t); bl.append(max(at)-t)
            await asyncio.sleep(0.05)
        await g.close()
    asyncio.run(bare())
    show("bare SDK call->first", bf); show("bare SDK call->last (7)", bl)
