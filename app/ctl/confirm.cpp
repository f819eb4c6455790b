#include "app/ctl/confirm.h"

#include "app/ctl/words.h"
#include "core/model/display_text.h"

#include <unistd.h>

#include <cstdio>
#include <iostream>
#include <string>

namespace signalbox::ctl {

bool confirmed(Context &context, bool yes, const QString &question)
{
    if (yes) return true;
    if (::isatty(STDIN_FILENO) == 0) {
        context.out().error({Error::Kind::Invalid, displayLine(question),
                             Words::tr("There is nobody to ask."), Words::tr("Say it with --yes.")});
        context.finish(ExitCode::Usage);
        return false;
    }
    std::fprintf(stderr, "%s [y/N] ", displayLine(question).toUtf8().constData());
    std::string answer;
    std::getline(std::cin, answer); // only this thread waits; the engine goes on
    if (answer == "y" || answer == "Y" || answer == "yes") return true;
    context.out().note(Words::tr("Nothing was done."));
    context.finish(ExitCode::AnswerIsNo);
    return false;
}

} // namespace signalbox::ctl
