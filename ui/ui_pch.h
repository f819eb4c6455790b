// Precompiled for signalbox_ui only: what nearly every file of it includes anyway.
#include "core/service/job_service.h"

#include <QAction>
#include <QApplication>
#include <QBoxLayout>
#include <QHash>
#include <QList>
#include <QPainter>
#include <QPushButton>
#include <QString>
#include <QTimer>
#include <QWidget>

#include <algorithm>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
