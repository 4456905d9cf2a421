"""The clock: what each request's term is, how much of it is used, whether it is late, and why.

`replay` is the pure heart; `update` keeps the tables `sla_result` and `sla_executor_time` current; `explain` and
`timeline` say it in words and as a strip; `risk` says which open requests will be late; `whatif` replays history under
other terms.
"""
