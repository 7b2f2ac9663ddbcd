"""Models: what is on offer."""

from urllib.parse import quote

from conformance.wire.examination import Examination
from conformance.wire.promises import probe


@probe(operations=["listModels"], source="schema", evidence="/components/schemas/ListModelsResponse")
async def model_list_has_its_shape(exam: Examination) -> None:
    """The list of models has `object: list`, and each model its id, kind, time and owner."""
    listed = await exam.ok("GET", "/models")
    exam.valid(listed, "ListModelsResponse")
    exam.expect(bool(listed["data"]), "there is no model", listed)


@probe(operations=["listModels"], source="prose", evidence="a model's id is its name")
async def model_ids_are_unique(exam: Examination) -> None:
    """No model is listed twice."""
    listed = await exam.ok("GET", "/models")
    ids = [model["id"] for model in listed["data"]]
    exam.equal(len(set(ids)), len(ids), "the number of different ids", listed)


@probe(operations=["retrieveModel", "listModels"], source="schema", evidence="/components/schemas/Model")
async def every_listed_model_is_retrieved(exam: Examination) -> None:
    """Each listed model can be retrieved by its id, a `/` in it included, and is the same there."""
    listed = await exam.ok("GET", "/models")
    for model in listed["data"][:20]:
        read = await exam.ok("GET", "/models/" + quote(model["id"], safe="/"))
        exam.equal(read.json, model, "the model", read)


@probe(
    operations=["retrieveModel", "deleteModel"],
    source="observed",
    evidence="the live API: 404 with code model_not_found",
)
async def missing_model_is_404(exam: Examination) -> None:
    """A model that does not exist is 404 `model_not_found`, to be read or deleted."""
    path = f"/models/no-such-model-{exam.text()}"
    if (await exam.send("GET", path)).status == 200:  # noqa: PLR2004 - every name is served
        exam.skip("the server takes any model name")
    await exam.fails("GET", path, status=404, code="model_not_found")
    await exam.fails("DELETE", path, status=404, code="model_not_found")


@probe(operations=["deleteModel"], source="prose", evidence="deleteModel: a fine-tuned model, by its owner")
async def base_model_cannot_be_deleted(exam: Examination) -> None:
    """A model that is not fine-tuned is not deleted: 403, or 404 where nothing can be; it stays listed."""
    name = quote(exam.model, safe="/")
    if exam.model.startswith("ft:"):
        exam.skip("the model given is fine-tuned: deleting it would be allowed")
    await exam.fails("DELETE", f"/models/{name}", status=(403, 404))
    await exam.ok("GET", f"/models/{name}")
