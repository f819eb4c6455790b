#include "core/model/display_text.h"
#include "core/model/job.h"
#include "core/model/json_fields.h"
#include "core/model/worker_info.h"
#include "tests/fuzz/fuzz_target.h"

using namespace signalbox;
using signalbox::fuzz::require;

namespace {

/// What is accepted is kept: reading what we wrote gives the same value again, payload byte for byte.
void checkJob(const QByteArray &text)
{
    const Result<JobDefinition> job = JobDefinition::fromJson(text);
    if (!job) {
        require(job.error().kind == Error::Kind::Invalid, "a bad job is Invalid");
        require(!job.error().why.isEmpty(), "a bad job says why");
        return;
    }
    const QByteArray written = job->toJson();
    const Result<JobDefinition> again = JobDefinition::fromJson(written);
    require(again.has_value(), "a job we wrote can be read");
    require(*again == *job, "a job survives its round trip");
    require(again->toJson() == written, "a job is written the same twice");
    require(written.contains(job->args.bytes()) && written.contains(job->kwargs.bytes()),
            "payloads are not changed");

    Job state;
    state.definition = *job;
    require(jsonMembers(state.toJson()).has_value(), "a job with its state is JSON without a key twice");
}

void checkJson(const QByteArray &text)
{
    const Result<JsonText> json = JsonText::parse(text);
    if (!json) return;
    require(text.contains(json->bytes()), "a document is a slice of its text");
    require(JsonText::parse(json->bytes()) == json, "a document is itself a document");
    require(JsonText::parse(jsonOnOneLine(json->bytes())).has_value(), "one line is as good as many");
    const Result<QList<JsonMember>> members = jsonMembers(json->bytes());
    require(members.has_value() == (jsonKind(json->bytes()) == JsonKind::Object), "objects have members");
    if (!members) return;
    for (const JsonMember &member : *members) {
        require(JsonText::parse(member.value).has_value(), "a member's value is a document");
        require(jsonUnquoted(jsonString(member.key)) == member.key, "a key survives quoting");
    }
}

/// Readers of what other processes publish: any answer but a crash, and what they accept they write as JSON.
template <typename Value> void checkReader(const QByteArray &text)
{
    const Result<Value> value = Value::fromJson(text);
    if (!value) return;
    const Result<Value> again = Value::fromJson(value->toJson());
    require(again.has_value() && *again == *value, "a value survives its round trip");
}

void checkDisplay(const QByteArray &text)
{
    const QString shown = displayLine(QString::fromUtf8(text));
    for (const QChar c : shown)
        require(c.unicode() >= 0x20 && c.unicode() != 0x7F, "no control reaches a terminal");
    require(displayLine(shown) == shown, "what is safe stays as it is");
}

} // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray text(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    checkJob(text);
    checkJson(text);
    checkReader<JobProgress>(text);
    checkReader<JobResult>(text);
    checkReader<WorkerInfo>(text);
    checkReader<PoolInfo>(text);
    checkDisplay(text);
    return 0;
}
