module hashlane

go 1.26
