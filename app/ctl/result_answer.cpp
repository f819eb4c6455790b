#include "app/ctl/result_answer.h"

#include "app/ctl/job_text.h"
#include "app/ctl/words.h"

namespace signalbox::ctl {

ExitCode sayResult(Output &out, const JobResult &result)
{
    const bool isCompleted = result.status == JobStatus::Completed;
    if (out.isJson())
        out.json(result.toJson());
    else if (isCompleted)
        out.line(prettyJson(result.result.bytes()));
    else
        out.note(Words::tr("Job %1 did not complete: it is %2 after %n attempt(s).", nullptr, result.attempts)
                     .arg(result.jobId.text(), toText(result.status))
                 + (result.error.isEmpty() ? QString() : u'\n' + result.error));
    return isCompleted ? ExitCode::Done : ExitCode::AnswerIsNo;
}

} // namespace signalbox::ctl
