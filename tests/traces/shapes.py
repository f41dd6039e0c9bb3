"""What the generated spans look like: services, tenants, and the attributes of each sort of operation."""

from __future__ import annotations

from lineage.spans import Resource

Attributes = tuple[tuple[str, str], ...]


def attributes(text: str) -> Attributes:
    """Canonical attributes out of `key=value key=value`, with `+` for a space.

    >>> attributes("db.verbs=SELECT+INSERT db.system.name=redis")
    (('db.system.name', 'redis'), ('db.verbs', 'SELECT INSERT'))
    """
    pairs = (pair.split("=", 1) for pair in text.split())
    return tuple(sorted((key, value.replace("+", " ")) for key, value in pairs))


def _attributes(text: str) -> tuple[Attributes, ...]:
    return tuple(attributes(line) for line in text.strip().splitlines())


SERVICES = (
    Resource("gateway", "edge", "production", "aws", "ap-southeast-1", "", "gateway-1"),
    Resource("gateway", "edge", "production", "aws", "ap-southeast-1", "", "gateway-2"),
    Resource("gateway", "edge", "production", "alibaba_cloud", "cn-hangzhou", "CN", "gateway-3"),
    Resource("router", "", "", "aws", "ap-southeast-1"),
    Resource("inference", "ai", "", "alibaba_cloud", "cn-beijing", "", "gpu-1"),
    Resource("inference", "ai", "", "alibaba_cloud", "cn-beijing", "", "gpu-2"),
    Resource("retriever", country="DE"),
    Resource("trainer", "ai", "", "alibaba_cloud", "cn-beijing"),
    Resource("unknown_service:python"),
    Resource(),
)
TENANTS = tuple(f"tenant-{number}" for number in range(150))

SERVED = _attributes("""
http.request.method=POST
http.request.method=POST lineage.data.category=prompt lineage.purpose=inference
http.request.method=GET probe=true
rpc.system.name=grpc rpc.service=infer.v1.Infer
lineage.data.category=file lineage.retention=P30D
http.request.method=POST claim.origin=CN
""")
HTTP = _attributes("""
http.request.method=POST server.address=llm.example server.port=8000
http.request.method=POST url.host=api.vendor.example
http.request.method=POST server.address=llm.example peer.region=us-east-1
http.request.method=GET
rpc.system.name=grpc rpc.service=infer.v1.Infer
rpc.system.name=grpc server.address=infer.example service.peer.name=inference
http.request.method=POST server.address=10.0.0.9 cache.hit=true
http.request.method=POST server.address=10.0.0.9
http.request.method=POST server.address=127.0.0.1 server.port=15001
""")
MODELS = _attributes("""
gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=qwen-max
gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=gpt-4o server.address=api.vendor.example
gen_ai.operation.name=embeddings gen_ai.provider.name=openai gen_ai.request.model=bge-m3 lineage.purpose=inference
gen_ai.operation.name=chat gen_ai.provider.name=vllm cache.hit=true gen_ai.request.model=qwen-max
gen_ai.operation.name=image_generation gen_ai.provider.name=openai server.address=llm.example
openinference.span.kind=LLM gen_ai.request.model=qwen-max
rpc.system.name=aws-api rpc.service=BedrockRuntime
gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=qwen-max peer.region=cn-beijing
gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=qwen-max lineage.data.origin=CN
gen_ai.operation.name=chat gen_ai.provider.name=openai gen_ai.request.model=qwen-max server.address=llm.example
""")
READS = _attributes("""
db.system.name=postgresql server.address=pg.example db.namespace=app db.verbs=SELECT db.tables=users
db.system.name=redis server.address=cache.example server.port=6379 db.namespace=0 db.verbs=GET
db.system.name=redis db.verbs=GET
db.system.name=postgresql server.address=pg.example db.namespace=app db.verbs=SELECT db.tables=orders,users peer.region=cn-beijing
db.system.name=redis server.address=localhost db.namespace=0 db.verbs=GET
db.system.name=postgresql server.address=192.168.0.5 db.namespace=app db.verbs=SELECT db.tables=users
""")
WRITES = _attributes("""
db.system.name=postgresql server.address=pg.example db.namespace=app db.verbs=INSERT db.tables=logs lineage.protection=masked
db.system.name=redis server.address=cache.example db.namespace=0 db.verbs=SET lineage.data.category=log
db.system.name=postgresql db.verbs=INSERT+SELECT server.address=pg.example db.namespace=app db.tables=logs,users
db.tables=users db.verbs=UPDATE
""")
UNCLEAR = _attributes("""
db.system.name=postgresql server.address=pg.example db.namespace=app
db.system.name=mongodb db.collection.name=chats server.address=mongo.example db.operation.name=FROBNICATE
db.system.name=mongodb lineage.direction=both lineage.purpose=training
""")
QUIET = _attributes("""
db.system.name=redis db.verbs=PING
db.system.name=postgresql db.verbs=BEGIN db.tables=-
messaging.operation.type=settle messaging.system=kafka
db.system.name=postgresql db.tables=-
""")
OBJECTS = _attributes("""
aws.s3.bucket=prompts rpc.system.name=aws-api rpc.service=S3 rpc.method=PutObject
aws.s3.bucket=prompts rpc.system.name=aws-api rpc.service=S3 rpc.method=GetObject server.address=s3.example
aws.s3.bucket=corpus lineage.direction=read
""")
SENDS = _attributes("""
messaging.system=kafka messaging.destination.name=jobs messaging.operation.type=send
messaging.system=kafka messaging.destination.name=logs messaging.operation.type=create lineage.data.category=log
messaging.system=rabbitmq messaging.operation.type=publish server.address=mq.example
db.system.name=redis db.verbs=PUBLISH
""")
RECEIVES = _attributes("""
messaging.system=kafka messaging.destination.name=jobs messaging.operation.type=process
messaging.system=kafka messaging.destination.name=jobs messaging.operation.type=receive lineage.purpose=training
messaging.system=rabbitmq messaging.operation.type=receive
""")
RETRIEVALS = _attributes("""
openinference.span.kind=RETRIEVER documents.tenants=tenant-1,tenant-2
gen_ai.operation.name=retrieval gen_ai.data_source.id=corpus documents.tenants=tenant-3
openinference.span.kind=RETRIEVER vector_store.provider=chroma server.address=vectors.example
gen_ai.operation.name=update_memory gen_ai.data_source.id=memory
""")
FRAMES = _attributes("""
openinference.span.kind=CHAIN
gen_ai.operation.name=invoke_agent gen_ai.provider.name=langchain
traceloop.span.kind=workflow lineage.purpose=evaluation
gen_ai.operation.name=execute_tool
""")
HUMANS = _attributes("""
lineage.actor=human lineage.actor.role=support
lineage.actor=human lineage.purpose=support lineage.data.category=feedback
""")
INNER: tuple[Attributes, ...] = ((), attributes("claim.origin=CN"), attributes("lineage.retention=P7D"))
ANY = (*SERVED, *HTTP, *MODELS, *READS, *WRITES, *UNCLEAR, *QUIET, *OBJECTS, *SENDS, *RECEIVES, *RETRIEVALS, *FRAMES, *HUMANS, *INNER)  # fmt: skip
