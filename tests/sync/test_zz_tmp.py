from sqlalchemy import text
from api.plumbing.changes import _NEWS, here_and_now
from uuid import UUID, uuid4
def test_plan(do):
    def go(ctx):
        ctx.session.execute(text("INSERT INTO changes (xid, station_id, audience, collection, row_id) SELECT 100 + g, gen_random_uuid(), ('00000000-0000-0000-0000-' || lpad((g%500)::text,12,'0'))::uuid, 'visits', gen_random_uuid() FROM generate_series(1,200000) g"))
        ctx.session.execute(text("SET LOCAL plan_cache_mode = force_generic_plan"))
        base = here_and_now(ctx.session).base
        sql = str(_NEWS.compile(compile_kwargs={'literal_binds': False})) if False else _NEWS.text
        given={"witness":0,"audiences":[UUID(int=1),UUID(int=2),uuid4()],"base":base,"upto":None,"xid":0,"id":0,"limit":500}
        for row in ctx.session.execute(text("EXPLAIN (ANALYZE, BUFFERS) "+sql), given): print(row[0])
    do(go)
